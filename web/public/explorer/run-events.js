/** Follows a run to its end over server-sent events, through broken connections. */
import { ApiError } from "./api.js";
import { eventParser } from "./sse.js";

const ENDS = new Set(["completed", "failed", "canceled"]);
const PAUSE_MS = 1000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Yields each event once. After a cut it goes on from the last one seen, until the run says that it has ended.
 *
 * @param {ReturnType<typeof import("./api.js").createApi>} api
 * @param {string} path `/v1/clusters/{id}/executions/{run_id}`
 * @param {AbortSignal} [signal]
 * @param {(ms: number) => Promise<unknown>} [wait] between attempts
 */
export async function* runEvents(api, path, signal, wait = pause) {
  let seen = "";
  while (!signal?.aborted) {
    try {
      for await (const { id, data } of connection(api, `${path}/events`, seen, signal)) {
        seen = id;
        const event = JSON.parse(data);
        yield event;
        if (ENDS.has(event.type)) return;
      }
    } catch (error) {
      // The API's own refusal will not change; a broken connection may.
      if (error instanceof ApiError || signal?.aborted) throw error;
    }
    // The last event may have been lost with the connection.
    const { status } = await api.get(path, signal);
    if (ENDS.has(status)) return;
    await wait(PAUSE_MS);
  }
}

async function* connection(api, path, seen, signal) {
  const parser = eventParser();
  const headers = { Accept: "text/event-stream", ...(seen !== "" && { "Last-Event-ID": seen }) };
  for await (const text of api.text("GET", path, { headers, signal })) yield* parser.push(text);
}
