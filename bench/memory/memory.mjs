/**
 * Memory of the isolate that works the tasks, over a run that no isolate could hold: 200,000 × 256 floats are 195 MiB. How
 * and why so: docs/design/memory.md.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { inRoot, modernNode } from "../../scripts/lib/paths.mjs";
import { freePorts } from "../../scripts/lib/ports.mjs";
import { memoryOf } from "./lib/inspector.mjs";

const ROWS = 200_000;
const DIMENSIONS = 256;
const TARGET_MIB = 96;

/** Bundles an entry into `folder`; the harness finds the WebAssembly files beside its own place in the repository. */
async function bundle(entry, folder) {
  const outfile = join(folder, `${entry}.mjs`);
  await build({
    entryPoints: [inRoot("bench", "memory", "lib", `${entry}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    define: { "import.meta.url": JSON.stringify(pathToFileURL(inRoot("test", "engine", "harness.ts")).href) },
    logLevel: "error",
  });
  return outfile;
}

function start(args, options = {}) {
  const child = spawn(modernNode(), ["--no-warnings", ...args], { stdio: ["ignore", "inherit", "pipe"], ...options });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors = (errors + chunk).slice(-4000);
  });
  const ended = once(child, "exit").then(([code, signal]) => ({ code, why: `${signal ?? code}: ${errors}` }));
  return { child, ended };
}

async function seed(script, objects) {
  const { code, why } = await start([script, objects, ROWS, DIMENSIONS].map(String)).ended;
  if (code !== 0) throw new Error(`writing the vectors ended with ${why}`);
}

/** One run in a process of its own: what it amounted to, and what it held. */
async function measure(script, objects, collect) {
  const [port] = await freePorts(1);
  const stdio = ["ignore", "inherit", "pipe", "ipc"];
  const { child, ended } = start([`--inspect=127.0.0.1:${port}`, script, objects], { stdio });
  const early = ended.then(({ why }) => Promise.reject(new Error(`the consumer ended with ${why}`)));
  early.catch(() => {}); // heard by the races
  const told = () => Promise.race([once(child, "message"), early]);
  try {
    await told();
    const memory = await memoryOf(port, { collect, label: "globalThis.stage" });
    const idle = await memory.start();
    const started = performance.now();
    const answer = told();
    child.send("start");
    const [run] = await answer;
    const seconds = (performance.now() - started) / 1000;
    if (run.status !== "completed") throw new Error(`the run ${run.status}: ${run.errorMessage} ${run.log}`);
    return { run, seconds, idle, ...(await memory.stop()) };
  } finally {
    child.kill();
    await ended;
  }
}

const mib = (bytes) => Number((bytes / 2 ** 20).toFixed(1));

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "shoal-memory-"));
  try {
    const objects = join(folder, "objects");
    const [seeding, consumer] = [await bundle("seed", folder), await bundle("consumer", folder)];
    await seed(seeding, objects);
    return rows(await measure(consumer, objects, true), await measure(consumer, objects, false));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const largest = (byLabel) => Object.fromEntries(byLabel.slice(0, 4).map(({ label, total }) => [label, mib(total)]));

function rows({ run, seconds, idle, peak, byLabel, samples, memories }, uncollected) {
  const wasm = memories.reduce((sum, bytes) => sum + bytes, 0);
  const name = (what) => `k-means ${ROWS.toLocaleString("en")} × ${DIMENSIONS}: ${what}`;
  const note = (what, value, unit = "MiB") => ({ name: name(what), value, unit, target: "", pass: null });
  const text = (what, figures) => ({ name: name(what), figures, target: "", pass: null });
  return [
    note(`whole run, ${run.numClusters} clusters, ${samples} samples`, Number(seconds.toFixed(1)), "s"),
    {
      ...note(`peak of heap, buffers and WebAssembly, in ${peak.label}`, mib(peak.total)),
      target: `≤ ${TARGET_MIB}`,
      pass: mib(peak.total) <= TARGET_MIB,
    },
    note("of it heap", mib(peak.heap)),
    note("of it buffers and WebAssembly", mib(peak.backing)),
    text("WebAssembly memories at the end, MiB", `${memories.map(mib).join(" + ")} = ${mib(wasm)}`),
    text("largest stages, MiB", largest(byLabel)),
    note("heap and buffers of Node and the code before the run, counted above", mib(idle.total)),
    note("peak of a run whose garbage V8 collects when it likes", mib(uncollected.peak.total)),
    text("its largest stages, MiB", largest(uncollected.byLabel)),
  ];
}
