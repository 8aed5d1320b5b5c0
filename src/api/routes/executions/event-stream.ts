/** A run's events as a stream of server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { RunEvent } from "../../../domain/run/types";
import type { RunCoordinatorApi } from "../../../engine/contract";
import { renderEvent } from "../../schemas/run-event";

/** How long one question to the coordinator waits for news; also the time between heartbeats of an idle stream. */
const HEARTBEAT_MS = 10_000;

const isTerminal = ({ type }: RunEvent): boolean => type === "completed" || type === "failed" || type === "canceled";

const frame = (event: RunEvent): string =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(renderEvent(event))}\n\n`;

/** Events after `after`, until the run's last one. Pulled: a slow reader asks the coordinator less often. */
export function eventStream(
  run: Pick<RunCoordinatorApi, "events" | "view">,
  after: number,
  heartbeatMs = HEARTBEAT_MS,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let seen = after;
  let opened = false;
  return new ReadableStream(
    {
      async pull(controller) {
        if (!opened) {
          // Sent at once, so that a client behind a buffering proxy knows that it is connected.
          opened = true;
          controller.enqueue(encoder.encode("retry: 1000\n\n"));
          return;
        }
        let events = await run.events(seen, heartbeatMs);
        if (events.length === 0) {
          if (!(await hasEnded(run))) {
            controller.enqueue(encoder.encode(": waiting\n\n"));
            return;
          }
          // The run may have ended between the two questions.
          events = await run.events(seen, 0);
          if (events.length === 0) {
            controller.close();
            return;
          }
        }
        controller.enqueue(encoder.encode(events.map(frame).join("")));
        const last = events[events.length - 1] as RunEvent;
        seen = last.seq;
        if (isTerminal(last)) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function hasEnded(run: Pick<RunCoordinatorApi, "view">): Promise<boolean> {
  const view = await run.view();
  return view === null || view.record.status === "completed" || view.record.status === "failed";
}
