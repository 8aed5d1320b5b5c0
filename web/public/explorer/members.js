/** Streams a run's members into points as they arrive. */
import { lineSplitter } from "./ndjson.js";

/** The most that the API gives in one answer. */
export const MAX_POINTS = 100_000;

/**
 * @param {ReturnType<typeof import("./api.js").createApi>} api
 * @param {string} path `/v1/clusters/{id}/executions/{run_id}`: the points belong to the run whose metrics are shown
 * @param {import("./points.js").Points} points
 * @param {() => void} onProgress after each chunk
 * @param {AbortSignal} [signal]
 */
export async function streamMembers(api, path, points, onProgress, signal) {
  const splitter = lineSplitter();
  const body = { include_members: true, include_centroids: false, limit: MAX_POINTS };
  const headers = { Accept: "application/x-ndjson" };
  for await (const text of api.text("POST", `${path}/data`, { body, headers, signal })) {
    for (const line of splitter.push(text)) points.add(JSON.parse(line));
    onProgress();
  }
  for (const line of splitter.end()) points.add(JSON.parse(line));
  onProgress();
}
