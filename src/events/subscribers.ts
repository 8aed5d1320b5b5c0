/** Who hears of an event. Each answers the jobs that follow from it, with ids that follow from the event's. */

import { hearRunCompleted } from "../drift/baseline";
import { afterRun } from "../enrichment/after-run";
import { exportAfterRun } from "../exports/after-run";
import type { JobContext, NewJob } from "../jobs/contract";
import { hearDocumentsWritten } from "../triggers/count";
import { hearRunEnded } from "../triggers/outcome";
import { tellWebhooks } from "../webhooks/job";
import type { ShoalEvent } from "./contract";

export type Subscriber = (context: JobContext, event: ShoalEvent) => Promise<NewJob[]>;

export const SUBSCRIBERS: readonly Subscriber[] = [
  afterRun,
  exportAfterRun,
  hearRunEnded,
  hearDocumentsWritten,
  tellWebhooks,
  hearRunCompleted,
];
