/** The benchmark jobs in two runtimes: this Node, and workerd through Miniflare. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { buildWasm } from "../../../scripts/build-wasm.mjs";
import { childrenOf, cpuSeconds } from "./cpu-time.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..", "..");

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(HERE, entry)],
    bundle: true,
    format: "esm",
    target: "es2024",
    write: false,
    external: ["*.wasm"],
  });
  return result.outputFiles[0].text;
}

async function moduleOf(entry) {
  buildWasm();
  return import(`data:text/javascript;base64,${Buffer.from(await bundle(entry)).toString("base64")}`);
}

/** The runner of assignment passes, as a module of this Node. */
export const loadKernels = () => moduleOf("worker.ts");

/** The jobs of bench/kernels/jobs, as a module of this Node. */
export const loadBench = () => moduleOf("bench-jobs.ts");

export function wasm(name) {
  buildWasm();
  return readFileSync(join(ROOT, "build", name));
}

async function startWorker(entry, names) {
  const modules = [
    { type: "ESModule", path: "worker.mjs", contents: await bundle(entry) },
    ...names.map((path) => ({ type: "CompiledWasm", path, contents: wasm(path) })),
  ];
  const miniflare = new Miniflare(convertV4MiniflareOptions({ compatibilityDate: "2026-10-30", modules }));
  await miniflare.ready;
  return miniflare;
}

/** The jobs in workerd. */
export async function startBenchWorker() {
  const others = childrenOf("workerd");
  const miniflare = await startWorker("bench-worker.ts", ["kernels.wasm"]);
  const own = childrenOf("workerd").find((id) => !others.includes(id));
  return {
    /** Seconds of CPU time so far; of wall time where the system does not tell it. */
    seconds: () => (own && cpuSeconds(own)) ?? performance.now() / 1e3,
    async post(path, body = "") {
      const response = await miniflare.dispatchFetch(`http://bench${path}`, { method: "POST", body });
      if (!response.ok) throw new Error(`the Worker answered ${response.status}: ${await response.text()}`);
      return response;
    },
    dispose: () => miniflare.dispose(),
  };
}

/** A Worker in workerd; `call` runs one job and returns its operations, `dispose` ends the process. */
export async function startWorkerd() {
  const miniflare = await startWorker("worker-entry.ts", ["kernels.wasm", "kernels-relaxed.wasm"]);
  return {
    async call(name, job) {
      const body = JSON.stringify({ ...job, build: name });
      const response = await miniflare.dispatchFetch("http://bench/", { method: "POST", body });
      if (!response.ok) throw new Error(`the Worker answered ${response.status}: ${await response.text()}`);
      return response.json();
    },
    dispose: () => miniflare.dispose(),
  };
}

/**
 * Best of `repeats` runs of each job in GFLOP/s, after one that warms up. The jobs take turns, so that a busy machine slows all alike. The
 * clock stands still inside a Worker, so it is read out here; a job of 50 ms makes the request's own millisecond small.
 */
export async function best(call, jobs, repeats = 8) {
  for (const job of jobs) await call(job);
  const rates = jobs.map(() => 0);
  for (let i = 0; i < repeats; i++) {
    for (const [j, job] of jobs.entries()) {
      const start = performance.now();
      const operations = await call(job);
      rates[j] = Math.max(rates[j], operations / (performance.now() - start) / 1e6);
    }
  }
  return rates;
}

/** Prints results when the module is run by itself. */
export async function main(url, run) {
  if (process.argv[1] && url === pathToFileURL(process.argv[1]).href) console.log(JSON.stringify(await run(), null, 2));
}
