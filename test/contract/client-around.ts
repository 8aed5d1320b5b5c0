/** What the published client requires of answers around the clusters: triggers, webhooks, templates, analytics, search. */
import { z } from "zod";

const at = z.iso.datetime({ offset: true });
const record = z.record(z.string(), z.unknown());
const TRIGGER_ID = /^trig_[a-zA-Z0-9]+$/;

const trigger = {
  trigger_id: z.string().regex(TRIGGER_ID),
  namespace_id: z.string(),
  internal_id: z.string(),
  trigger_type: z.enum(["cron", "interval", "event", "conditional"]),
  schedule_config: record,
  status: z.enum(["active", "paused", "disabled", "failed"]),
  last_triggered_at: at.nullable(),
  next_scheduled_at: at.nullable(),
  execution_count: z.int(),
  consecutive_failures: z.int(),
  last_execution_status: z.string().nullable(),
  last_execution_error: z.string().nullable(),
  event_counter: z.int(),
  last_cooldown_at: at.nullable(),
  created_at: at,
  updated_at: at,
  created_by: z.string().nullable(),
  description: z.string().nullable(),
};
export const ClusterTrigger = z.looseObject({
  ...trigger,
  cluster_id: z.string().nullable(),
  execution_config: z.looseObject({
    collection_ids: z.array(z.string()).min(1),
    config: z.looseObject({ algorithm: z.string() }),
  }),
  last_execution_job_id: z.string().nullable(),
});
export const UnifiedTrigger = z.looseObject({
  ...trigger,
  action_type: z.enum(["cluster", "taxonomy_enrichment", "batch_rerun", "collection_trigger"]),
  action_config: record,
  last_execution_task_id: z.string().nullable(),
  baseline_snapshot: record.nullable(),
  last_drift_measurement: record.nullable(),
  last_condition_check_at: at.nullable(),
});

const paged = { total: z.int(), offset: z.int(), limit: z.int() };
export const ClusterTriggerList = z.looseObject({ results: z.array(ClusterTrigger), ...paged });
export const UnifiedTriggerList = z.looseObject({ results: z.array(UnifiedTrigger), ...paged });

const firing = {
  triggered_at: at,
  status: z.string(),
  execution_time_ms: z.int().nullable(),
  error: z.string().nullable(),
};
export const ClusterTriggerHistory = z.looseObject({
  trigger_id: z.string(),
  executions: z.array(
    z.looseObject({
      ...firing,
      job_id: z.string(),
      num_clusters: z.int().nullable(),
      num_documents: z.int().nullable(),
    }),
  ),
  ...paged,
});
export const UnifiedTriggerHistory = z.looseObject({
  trigger_id: z.string(),
  executions: z.array(z.looseObject({ ...firing, task_id: z.string() })),
  ...paged,
});

const WebhookChannel = z.discriminatedUnion("channel", [
  z.looseObject({
    channel: z.literal("webhook"),
    configs: z.looseObject({
      url: z.string(),
      headers: z.record(z.string(), z.string()).nullable(),
      payload_template: record.nullable(),
      timeout: z.number(),
    }),
  }),
  z.looseObject({ channel: z.literal("slack"), configs: z.looseObject({ webhook_url: z.string() }) }),
  z.looseObject({
    channel: z.literal("email"),
    configs: z.looseObject({
      to_addresses: z.array(z.string()),
      content_type: z.enum(["plain_text", "html", "markdown", "json"]),
    }),
  }),
]);
export const Webhook = z.looseObject({
  webhook_id: z.string().regex(/^wh_[0-9a-f]{16}$/),
  webhook_name: z.string(),
  event_types: z.array(z.string()).min(1),
  channels: z.array(WebhookChannel).min(1),
  is_active: z.boolean(),
  created_at: at,
  updated_at: at,
});
export const WebhookList = z.looseObject({ results: z.array(Webhook), pagination: record, total: z.int() });

export const Template = z.looseObject({ template_id: z.string(), template_name: z.string(), scope: z.string() });
export const TemplateList = z.looseObject({ results: z.array(Template), total_count: z.int() });
export const Instantiated = z.looseObject({
  cluster_id: z.string(),
  cluster_name: z.string(),
  template_id: z.string(),
  status: z.literal("created"),
  created_at: at,
});

const range = { cluster_id: z.string(), time_range: z.looseObject({ start: at, end: at }) };
export const ExecutionHistory = z.looseObject({
  ...range,
  results: z.array(
    z.looseObject({
      execution_id: z.string(),
      started_at: at,
      duration_seconds: z.number().nullable(),
      num_documents: z.int(),
      num_clusters: z.int(),
      status: z.string(),
      algorithm: z.string(),
    }),
  ),
  summary: record,
});
export const Failures = z.looseObject({
  ...range,
  failures: z.array(
    z.looseObject({ timestamp: at, execution_id: z.string(), error_message: z.string(), error_type: z.string() }),
  ),
  total_failures: z.int(),
});

export const SearchResults = z.looseObject({
  results: z.array(
    z.looseObject({
      resource_type: z.enum([
        "bucket",
        "collection",
        "retriever",
        "taxonomy",
        "cluster",
        "published_retriever",
        "namespace",
      ]),
      resource_id: z.string(),
      resource_name: z.string(),
      description: z.string().nullable(),
      created_at: at,
      updated_at: at,
    }),
  ),
  ...paged,
});
