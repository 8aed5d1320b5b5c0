/** Triggers as both families of the API speak them. */
import { z } from "@hono/zod-openapi";
import { SORT_FIELDS } from "../../../db/triggers";
import { TRIGGER_TYPES } from "../../../domain/schedules/config";
import { ACTION_TYPES } from "../../../triggers/actions";
import { JsonObject, Timestamp, Warning } from "../../schemas/common";

export const TriggerType = z.enum(TRIGGER_TYPES).openapi("TriggerType");
export const TriggerStatus = z.enum(["active", "paused", "disabled", "failed"]).openapi("TriggerStatus");
export const ActionType = z.enum(ACTION_TYPES).openapi("TriggerActionType");

const Description = z.string().max(1000).nullish();
const ScheduleConfig = JsonObject.openapi({
  description:
    "By type. cron: `cron_expression` (5 fields), `timezone` (UTC). interval: `interval_seconds` (≥ 300), `start_immediately` (false). " +
    "event: `event_type` (documents_added, documents_updated, batch_completed), `event_threshold` (1), `collection_id`, `cooldown_seconds` " +
    "(300). conditional: `condition_type` (drift, volume, quality, custom), `metric`, `threshold` or `expression`, " +
    "`check_interval_seconds` (3600, ≥ 300), `cooldown_seconds` (300).",
  example: { cron_expression: "0 3 * * *", timezone: "Europe/Berlin" },
});
/** What a trigger is made with: active, or paused until it is resumed. */
const FirstStatus = z.enum(["active", "paused"]).default("active");

const immutable = z
  .unknown()
  .optional()
  .refine((value) => value === undefined || value === null, "cannot be changed; make another trigger")
  .openapi({ description: "Cannot be changed." });

export const ExecutionConfig = z
  .object({
    collection_ids: z.array(z.string().min(1)).min(1),
    config: z.looseObject({ algorithm: z.string().min(1) }),
  })
  .openapi("TriggerExecutionConfig");

export const CreateClusterTriggerBody = z
  .object({
    cluster_id: z.string().min(1).nullish(),
    execution_config: ExecutionConfig.nullish(),
    trigger_type: TriggerType,
    schedule_config: ScheduleConfig,
    description: Description,
    status: FirstStatus,
  })
  .openapi("CreateTriggerRequest");

export const CreateTriggerBody = z
  .object({
    action_type: ActionType,
    action_config: JsonObject.openapi({ example: { cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b" } }),
    trigger_type: TriggerType,
    schedule_config: ScheduleConfig,
    description: Description,
    status: FirstStatus,
  })
  .openapi("UnifiedCreateTriggerRequest");

const changeable = {
  schedule_config: ScheduleConfig.nullish(),
  description: Description,
  status: z.enum(["active", "paused"]).nullish().openapi({ description: "As pause and resume do." }),
  trigger_type: immutable,
};
export const PatchClusterTriggerBody = z
  .object({ ...changeable, cluster_id: immutable, execution_config: immutable })
  .openapi("UpdateTriggerRequest");
export const PatchTriggerBody = z
  .object({ ...changeable, action_type: immutable, action_config: immutable })
  .openapi("UnifiedUpdateTriggerRequest");

const paging = {
  offset: z.int().min(0).default(0),
  limit: z.int().min(1).max(1000).default(50),
};
const filters = { trigger_type: TriggerType.nullish(), status: TriggerStatus.nullish() };
const order = {
  sort_by: z.enum(SORT_FIELDS).default("created_at"),
  direction: z.enum(["asc", "desc"]).default("desc"),
};
export const ListClusterTriggersBody = z
  .object({ cluster_id: z.string().nullish(), ...filters, ...paging, ...order })
  .openapi("ListTriggersRequest");
export const ListTriggersBody = z
  .object({ action_type: ActionType.nullish(), resource_id: z.string().nullish(), ...filters, ...paging, ...order })
  .openapi("UnifiedListTriggersRequest");

export const HistoryBody = z
  .object({ ...paging, status_filter: z.string().max(50).nullish() })
  .openapi("TriggerHistoryRequest");
export const HistoryQuery = z.object({
  offset: z.coerce.number().int().min(0).default(0).openapi({ type: "integer", minimum: 0, default: 0 }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(50)
    .openapi({ type: "integer", minimum: 1, maximum: 1000, default: 50 }),
});

export const TriggerPath = z.object({
  trigger_id: z.string().openapi({ description: "The trigger's id.", example: "trig_mi8l2k4q0d7v1c9x5z3b" }),
});

const common = {
  trigger_id: z.string(),
  namespace_id: z.string(),
  internal_id: z.string().openapi({ description: "The namespace's id: there is no other owner." }),
  trigger_type: TriggerType,
  schedule_config: JsonObject,
  status: TriggerStatus.openapi({ description: "`failed`: 5 failures in a row; resume it. `disabled`: deleted." }),
  last_triggered_at: Timestamp.nullable(),
  next_scheduled_at: Timestamp.nullable(),
  execution_count: z.int(),
  consecutive_failures: z.int(),
  last_execution_status: z.string().nullable(),
  last_execution_error: z.string().nullable(),
  event_counter: z.int().openapi({ description: "Events since it last fired." }),
  last_cooldown_at: Timestamp.nullable().openapi({ description: "When the cooldown began." }),
  created_at: Timestamp,
  updated_at: Timestamp,
  created_by: z.string().nullable().openapi({ description: "The key's id." }),
  description: z.string().nullable(),
  warnings: z.array(Warning).optional(),
};
export const ClusterTrigger = z
  .object({
    ...common,
    cluster_id: z.string().nullable(),
    execution_config: z.object({ collection_ids: z.array(z.string()), config: JsonObject }),
    last_execution_job_id: z.string().nullable(),
  })
  .openapi("TriggerModel");
export const UnifiedTrigger = z
  .object({
    ...common,
    action_type: ActionType,
    action_config: JsonObject,
    last_execution_task_id: z.string().nullable(),
    baseline_snapshot: JsonObject.nullable().openapi({ description: "The run that conditions are measured against." }),
    last_drift_measurement: JsonObject.nullable(),
    last_condition_check_at: Timestamp.nullable(),
  })
  .openapi("UnifiedTriggerModel");

const firing = {
  triggered_at: Timestamp,
  status: z.string().openapi({ description: "pending, running, completed, failed, skipped or canceled." }),
  execution_time_ms: z.int().nullable(),
  error: z.string().nullable(),
  cause: z.enum(["schedule", "event", "condition", "manual"]),
  scheduled_for: z.string(),
  cluster_id: z.string().nullable(),
  run_id: z.string().nullable(),
};
export const ClusterTriggerHistory = page("TriggerHistoryResponse", {
  ...firing,
  job_id: z.string().nullable().openapi({ description: "The task's id." }),
  num_clusters: z.int().nullable(),
  num_documents: z.int().nullable(),
});
export const UnifiedTriggerHistory = page("UnifiedTriggerHistoryResponse", {
  ...firing,
  task_id: z.string().nullable(),
});

function page<Shape extends z.ZodRawShape>(name: string, shape: Shape) {
  const executions = z.array(z.object(shape));
  return z
    .object({ trigger_id: z.string(), executions, total: z.int(), offset: z.int(), limit: z.int() })
    .openapi(name);
}

const listed = <Item extends z.ZodType>(name: string, item: Item) =>
  z.object({ results: z.array(item), total: z.int(), offset: z.int(), limit: z.int() }).openapi(name);
export const ListClusterTriggersResponse = listed("ListTriggersResponse", ClusterTrigger);
export const ListTriggersResponse = listed("UnifiedListTriggersResponse", UnifiedTrigger);

const COMMON_EXAMPLE = {
  trigger_id: "trig_mi8l2k4q0d7v1c9x5z3b",
  namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
  internal_id: "ns_mi8l2k4q0d7v1c9x5z3b",
  trigger_type: "cron" as const,
  schedule_config: { cron_expression: "0 3 * * *", timezone: "Europe/Berlin" },
  status: "active" as const,
  last_triggered_at: null,
  next_scheduled_at: "2026-11-22T02:00:00.000000Z",
  execution_count: 0,
  consecutive_failures: 0,
  last_execution_status: null,
  last_execution_error: null,
  event_counter: 0,
  last_cooldown_at: null,
  created_at: "2026-11-21T13:20:40.122000Z",
  updated_at: "2026-11-21T13:20:40.122000Z",
  created_by: "key_mi8l2k4q0d7v1c9x5z3b",
  description: "Every night",
};
const CLUSTER_ID = "clust_mi8l2k4q0d7v1c9x5z3b";
export const CLUSTER_TRIGGER_EXAMPLE = {
  ...COMMON_EXAMPLE,
  cluster_id: CLUSTER_ID,
  execution_config: { collection_ids: ["col_mi8l2k4q0d7v1c9x5z3b"], config: { algorithm: "kmeans" } },
  last_execution_job_id: null,
};
export const UNIFIED_TRIGGER_EXAMPLE = {
  ...COMMON_EXAMPLE,
  action_type: "cluster" as const,
  action_config: { cluster_id: CLUSTER_ID },
  last_execution_task_id: null,
  baseline_snapshot: null,
  last_drift_measurement: null,
  last_condition_check_at: null,
};
const FIRING_EXAMPLE = {
  triggered_at: "2026-11-22T02:00:00.214000Z",
  status: "completed",
  execution_time_ms: 2143,
  error: null,
  cause: "schedule" as const,
  scheduled_for: "2026-11-22T02:00:00.000000Z",
  cluster_id: CLUSTER_ID,
  run_id: "run_mi8l2k4q0d7v1c9x5z3b",
};
const TASK_ID = "task_mi8l2k4q0d7v1c9x5z3b";
const whole = { trigger_id: COMMON_EXAMPLE.trigger_id, total: 1, offset: 0, limit: 50 };
export const CLUSTER_HISTORY_EXAMPLE = {
  ...whole,
  executions: [{ ...FIRING_EXAMPLE, job_id: TASK_ID, num_clusters: 10, num_documents: 1797 }],
};
export const UNIFIED_HISTORY_EXAMPLE = { ...whole, executions: [{ ...FIRING_EXAMPLE, task_id: TASK_ID }] };
