import { services } from "../../context";
import { operation } from "../../operation";
import { EVENT_EXAMPLE } from "../../schemas/cluster-examples";
import { ExecutionPath } from "../../schemas/execution";
import { RunEventData } from "../../schemas/run-event";
import { eventStream } from "./event-stream";
import { findRun } from "./find";

const MEDIA = "text/event-stream";

export const executionEventsOperation = operation(
  {
    id: "stream_execution_events",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}/events",
    tag: "Executions",
    summary: "Follow a run",
    description:
      "Server-sent events: `id` counts up, `event` is planned, progress, stage, completed, failed or canceled, `data` is JSON with " +
      "stage, done, total, fraction, objective and eta_ms. Last-Event-ID resumes after the event named. The stream ends with the run; " +
      "of a run that has ended, it repeats the events that are kept.",
    access: { scope: "read", namespaced: true },
    params: ExecutionPath,
    answer: {
      description: "The stream; the `data` of an event.",
      schema: RunEventData,
      example: EVENT_EXAMPLE,
      type: MEDIA,
    },
  },
  async (c, { params }) => {
    const { execution } = await findRun(c, params);
    const run = services(c).run(execution.id);
    const after = Number.parseInt(c.req.header("last-event-id") ?? "", 10);
    const stream = eventStream(run, Number.isSafeInteger(after) && after > 0 ? after : 0);
    return c.body(stream, 200, { "Content-Type": MEDIA, "Cache-Control": "no-cache" });
  },
);
