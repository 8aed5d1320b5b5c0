/** How long a small request takes while a run computes. */
import { setTimeout as sleep } from "node:timers/promises";
import { blobs } from "./lib/data.mjs";
import { collectionOf, createKMeans, submit } from "./lib/jobs.mjs";

const REQUESTS = 300;
const PAUSE_MS = 10;
const TARGET_MS = 60;

export async function run({ api }) {
  const collectionId = await collectionOf(api, "responsiveness", blobs(70_000, 50, 50, 3));
  const clusterId = await createKMeans(api, "responsiveness", collectionId, { n_clusters: 50, n_init: 20 });
  const times = [];
  let runs = 0;
  while (times.length < REQUESTS) {
    const path = `/v1/clusters/${clusterId}/executions/${await submit(api, clusterId)}`;
    runs += 1;
    for (;;) {
      const started = performance.now();
      await api.get(`/v1/clusters/${clusterId}`);
      const elapsed = performance.now() - started;
      const { status, error_message } = await api.get(path);
      if (status === "failed") throw new Error(`the run failed: ${error_message}`);
      if (status === "completed") break;
      // Counted only when the run was still going after the request.
      times.push(elapsed);
      await sleep(PAUSE_MS);
    }
  }
  times.sort((a, b) => a - b);
  const quantile = (q) => times[Math.ceil(q * times.length) - 1];
  const name = (which) => `GET /v1/clusters/{id} while a run computes, ${which} of ${times.length} over ${runs} runs`;
  const p99 = quantile(0.99);
  return [
    { name: name("median"), value: Number(quantile(0.5).toFixed(1)), unit: "ms", target: "", pass: null },
    { name: name("p99"), value: Number(p99.toFixed(1)), unit: "ms", target: `≤ ${TARGET_MS}`, pass: p99 <= TARGET_MS },
  ];
}
