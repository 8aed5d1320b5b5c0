/** Every kind of job and what carries it out. */

import { driftBaseline } from "../drift/baseline";
import { enrichJob, enrichSourceJob } from "../enrichment/jobs";
import { outputJob } from "../enrichment/output-job";
import { dispatchEvent } from "../events/dispatch";
import { exportRun } from "../exports/job";
import { applyTaxonomy } from "../taxonomies/apply";
import { inferTaxonomy } from "../taxonomies/infer";
import { triggerCheck } from "../triggers/check";
import { triggerCount } from "../triggers/count";
import { triggerFire } from "../triggers/fire";
import { triggerOutcome } from "../triggers/outcome";
import { deliverEvent } from "../webhooks/job";
import type { JobHandler } from "./contract";

// biome-ignore lint/suspicious/noExplicitAny: each handler reads the state that its own kind wrote.
export const JOB_HANDLERS: Record<string, JobHandler<any>> = {
  event: dispatchEvent,
  export: exportRun,
  webhook_delivery: deliverEvent,
  enrich: enrichJob,
  enrich_source: enrichSourceJob,
  output_collection: outputJob,
  drift_baseline: driftBaseline,
  trigger_check: triggerCheck,
  trigger_count: triggerCount,
  trigger_fire: triggerFire,
  trigger_outcome: triggerOutcome,
  taxonomy_apply: applyTaxonomy,
  taxonomy_infer: inferTaxonomy,
};
