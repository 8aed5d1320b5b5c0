/** Assignment kernel, GFLOP/s, packing left out and argmin included, in workerd and in Node. */
import { best, loadKernels, main, startWorkerd, wasm } from "./lib/runtimes.mjs";

const PEAK = { kind: "peak", iterations: 40_000_000 };
const SHAPES = [
  { rows: 8_000, dimensions: 768, clusters: 50, rounds: 4 },
  { rows: 8_000, dimensions: 768, clusters: 10, rounds: 16 },
  { rows: 20_000, dimensions: 50, clusters: 50, rounds: 20 },
];
const TARGET_RATE = 40;
const TARGET_SHARE = 0.55;

/** @returns {Promise<{name: string, figures: Record<string, number>, target: string | null, pass: boolean}[]>} */
export async function run() {
  const workerd = await startWorkerd();
  const { createRunner } = await loadKernels();
  const node = {
    plain: createRunner(new WebAssembly.Module(wasm("kernels.wasm"))),
    relaxed: createRunner(new WebAssembly.Module(wasm("kernels-relaxed.wasm"))),
  };
  const runtimes = { workerd: workerd.call, node: async (name, job) => node[name](job) };
  try {
    const results = [];
    for (const [runtime, call] of Object.entries(runtimes)) {
      for (const build of ["plain", "relaxed"]) {
        for (const shape of SHAPES) {
          const [peak, rate] = await best((job) => call(build, job), [PEAK, { kind: "assign", ...shape }]);
          const decides = runtime === "workerd" && build === "plain" && shape === SHAPES[0];
          results.push({
            name: `assign ${shape.rows}×${shape.dimensions}, k=${shape.clusters}, ${build}, ${runtime}`,
            figures: { gflops: round(rate), peakGflops: round(peak), shareOfPeak: round(rate / peak) },
            target: decides ? `≥ ${TARGET_RATE} GFLOP/s or ≥ ${Math.round(100 * TARGET_SHARE)} % of the peak` : null,
            pass: !decides || rate >= TARGET_RATE || rate >= TARGET_SHARE * peak,
          });
        }
      }
    }
    return results;
  } finally {
    await workerd.dispose();
  }
}

function round(value) {
  return Math.round(value * 100) / 100;
}

await main(import.meta.url, run);
