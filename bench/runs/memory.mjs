/** Memory of the compute isolate over a run that no isolate could hold: 200,000 × 256 floats are 195 MiB. */
import { blobs } from "./lib/data.mjs";
import { watchMemory } from "./lib/inspector.mjs";
import { collectionOf, createKMeans, finished, submit } from "./lib/jobs.mjs";

/** Runs on a server with an inspector. */
export const inspected = true;

const ROWS = 200_000;
const DIMENSIONS = 256;
const TARGET_MIB = 96;

export async function run({ api, ports }) {
  const collectionId = await collectionOf(api, "memory", blobs(ROWS, DIMENSIONS, 40, 4));
  const clusterId = await createKMeans(api, "memory", collectionId, { n_clusters: 50, n_init: 1, max_iter: 10 });
  const watch = await watchMemory(ports.computeInspectorPort);
  const started = performance.now();
  const run = await finished(api, clusterId, await submit(api, clusterId));
  const seconds = (performance.now() - started) / 1000;
  const { together, heap, buffers, wasm, memories, samples } = await watch.stop();

  const mib = (bytes) => Number((bytes / 2 ** 20).toFixed(1));
  const total = mib(together + wasm);
  const name = (what) => `k-means ${ROWS.toLocaleString("en")} × ${DIMENSIONS}: ${what}`;
  const note = (what, value, unit) => ({ name: name(what), value, unit, target: "", pass: null });
  return [
    note(`whole run, ${run.num_clusters} clusters`, Number(seconds.toFixed(1)), "s"),
    note(`peak of the heap, ${samples} samples`, mib(heap), "MiB"),
    note("peak of its buffers", mib(buffers), "MiB"),
    note(`WebAssembly memories (${memories.length})`, mib(wasm), "MiB"),
    {
      name: name("peak of all together"),
      value: total,
      unit: "MiB",
      target: `≤ ${TARGET_MIB}`,
      pass: total <= TARGET_MIB,
    },
  ];
}
