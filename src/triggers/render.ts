/** A trigger as the two families of the API answer it. */
import type { Firing } from "../db/firings";
import { timestamp } from "../db/time";
import type { TriggerRow } from "../db/triggers";
import { configOf } from "../domain/schedules/config";

const common = (trigger: TriggerRow) => ({
  trigger_id: trigger.id,
  namespace_id: trigger.namespaceId,
  internal_id: trigger.namespaceId,
  trigger_type: trigger.triggerType,
  schedule_config: configOf(trigger.schedule),
  status: trigger.status,
  last_triggered_at: trigger.lastTriggeredAt,
  next_scheduled_at: trigger.nextAt === null ? null : timestamp(trigger.nextAt),
  execution_count: trigger.executionCount,
  consecutive_failures: trigger.consecutiveFailures,
  last_execution_status: trigger.lastStatus,
  last_execution_error: trigger.lastError,
  event_counter: trigger.eventCounter,
  last_cooldown_at: trigger.lastCooldownAt,
  created_at: trigger.createdAt,
  updated_at: trigger.updatedAt,
  created_by: trigger.createdBy,
  description: trigger.description,
});

/** @param execution `execution_config` of a trigger that was made from a cluster's id: that cluster's collections and method */
export const renderClusterTrigger = (
  trigger: TriggerRow,
  execution: { collection_ids: string[]; config: Record<string, unknown> },
) => ({
  ...common(trigger),
  cluster_id: trigger.resourceId,
  execution_config: (trigger.executionConfig as typeof execution | null) ?? execution,
  last_execution_job_id: trigger.lastTaskId,
});

export const renderUnifiedTrigger = (trigger: TriggerRow) => ({
  ...common(trigger),
  action_type: trigger.actionType,
  action_config: trigger.actionConfig,
  last_execution_task_id: trigger.lastTaskId,
  baseline_snapshot: trigger.baseline,
  last_drift_measurement: trigger.measurement,
  last_condition_check_at: trigger.lastCheckAt,
});

/** Why it fired stands beside the published fields, and for when. */
const firing = (row: Firing) => ({
  triggered_at: row.triggeredAt,
  status: row.status,
  execution_time_ms: row.executionMs,
  error: row.error,
  cause: row.cause,
  scheduled_for: row.scheduledFor,
  cluster_id: row.clusterId,
  run_id: row.runId,
});

export const renderClusterFiring = (row: Firing) => ({
  ...firing(row),
  job_id: row.taskId,
  num_clusters: row.numClusters,
  num_documents: row.numDocuments,
});

export const renderUnifiedFiring = (row: Firing) => ({ ...firing(row), task_id: row.taskId });
