/** The trigger behind `auto_execute_on_batch`: one for each cluster, kept from the collections' applications. */
import { timestamp } from "../db/time";
import type { TriggerRow } from "../db/triggers";
import type { ClusterDefinition } from "../domain/definition/model";
import type { ClusterApplication } from "../domain/schedules/application";

/** The application that a definition with `auto_execute_on_batch` adds to each of its collections. */
export const applicationOf = (clusterId: string, definition: ClusterDefinition): ClusterApplication => ({
  cluster_id: clusterId,
  auto_execute_on_batch: true,
  min_document_threshold: definition.auto_execute_min_documents,
  cooldown_seconds: definition.auto_execute_cooldown_seconds,
  execution_phase: 2,
  priority: 0,
});

export function autoTrigger(
  namespaceId: string,
  { cluster_id, cooldown_seconds }: Pick<ClusterApplication, "cluster_id" | "cooldown_seconds">,
): TriggerRow {
  const now = timestamp();
  const schedule = { event_type: "batch_completed" as const, event_threshold: 1, cooldown_seconds };
  return {
    ...BLANK,
    id: `trig_auto${cluster_id.replace(/^clust_/, "")}`,
    namespaceId,
    origin: "auto",
    actionType: "cluster",
    actionConfig: { cluster_id },
    resourceId: cluster_id,
    triggerType: "event",
    schedule: { type: "event", ...schedule },
    status: "active",
    createdAt: now,
    updatedAt: now,
  };
}

/** A trigger to which nothing has happened yet. */
export const BLANK = {
  executionConfig: null,
  description: null,
  createdBy: null,
  nextAt: null,
  eventCounter: 0,
  lastTriggeredAt: null,
  lastCooldownAt: null,
  lastTaskId: null,
  lastStatus: null,
  lastError: null,
  executionCount: 0,
  consecutiveFailures: 0,
  baseline: null,
  measurement: null,
  lastCheckAt: null,
} as const;
