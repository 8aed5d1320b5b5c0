/**
 * Brings a clone to the point where everything runs: dependencies, WASM kernels, local secrets, generated types.
 * Each step looks first whether it is needed, so that every command can call this and a second call costs milliseconds.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { dim, expected, say, seconds } from "./output.mjs";
import { inRoot, modernNode, tool } from "./paths.mjs";
import { isAlive } from "./processes.mjs";
import { run, runTool } from "./run.mjs";

const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

const read = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

async function step(name, work) {
  const start = performance.now();
  say(dim(`setup: ${name} …`));
  const { ok, output } = await work();
  if (!ok) throw expected(`setup failed: ${name}\n${output.trim()}`);
  say(dim(`setup: ${name} (${seconds(performance.now() - start)})`));
}

/** Whether npm's own record of what it installed already matches the lock file, as after an `npm install` by hand. */
function isInstalled() {
  const record = read(inRoot("node_modules/.package-lock.json"));
  if (!record) return false;
  const { packages: installed } = JSON.parse(record);
  const { packages: locked } = JSON.parse(read(inRoot("package-lock.json")));
  return Object.entries(locked).every(([path, entry]) => {
    const present = installed[path];
    return path === "" || (present ? present.integrity === entry.integrity : entry.optional);
  });
}

/** `npm ci`, once per state of the lock file. */
async function ensureDependencies() {
  const stamp = inRoot("node_modules/.shoal-lock");
  const wanted = sha256(readFileSync(inRoot("package-lock.json")));
  if (read(stamp) === wanted) return;
  if (isInstalled()) return writeFileSync(stamp, wanted);
  await step("installing dependencies", () => {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    return run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { quiet: true });
  });
  writeFileSync(stamp, wanted);
}

/** The kernels; `build-wasm.mjs` skips what is up to date. */
async function ensureWasm() {
  const { ok, output } = await run(modernNode(), [inRoot("scripts/build-wasm.mjs")], { quiet: true });
  if (!ok) throw expected(`setup failed: building the WASM kernels\n${output.trim()}`);
}

/** The local server's key and environment, from the example; never overwritten. */
function ensureDevVars() {
  if (!existsSync(inRoot(".dev.vars"))) copyFileSync(inRoot(".dev.vars.example"), inRoot(".dev.vars"));
}

/** `worker-configuration.d.ts`: the runtime's types for the compatibility date of wrangler.toml and this wrangler. */
async function ensureTypes() {
  const stamp = inRoot("node_modules/.shoal-types");
  const file = inRoot("worker-configuration.d.ts");
  const wanted = sha256(read(inRoot("wrangler.toml")), read(inRoot("node_modules/wrangler/package.json")));
  if (existsSync(file) && read(stamp) === wanted) return;
  await step("generating types", () => runTool(tool.wrangler, ["types", "--include-env=false"], { quiet: true }));
  writeFileSync(stamp, wanted);
}

/** One set-up at a time in a clone: two servers started at once would otherwise both run `npm ci`. */
async function exclusively(work) {
  const lock = inRoot(".shoal/setup.lock");
  mkdirSync(inRoot(".shoal"), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = Number(read(lock));
    const abandoned = owner
      ? !isAlive(owner)
      : Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 2_000;
    if (abandoned) rmSync(lock, { force: true });
    else if (!waited) say(dim(`setup: waiting for the set-up that process ${owner} runs`));
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {{types?: boolean}} options `types`: also what only the type checker needs. */
export function setup({ types = false } = {}) {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) throw expected(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
  return exclusively(async () => {
    await ensureDependencies();
    ensureDevVars();
    await ensureWasm();
    if (types) await ensureTypes();
  });
}
