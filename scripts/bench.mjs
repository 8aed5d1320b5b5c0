/**
 * `npm run bench [-- NAME …]`: measures the kernels (bench/kernels), the memory of what a compute isolate runs (bench/memory)
 * and whole runs over HTTP (bench/runs), prints a table and writes bench/RESULTS.md. With names (`imports`, `memory` …) it
 * measures these only and writes nothing. Exit code 1 when a target is missed or a measurement fails.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { createClient } from "./lib/client.mjs";
import { localKey } from "./lib/dev-vars.mjs";
import { table } from "./lib/draw.mjs";
import { endOfLife } from "./lib/lifetime.mjs";
import { bold, dim, expected, fail, green, red, say } from "./lib/output.mjs";
import { inRoot, modernNode } from "./lib/paths.mjs";
import { startServer } from "./lib/server.mjs";
import { setup } from "./lib/setup.mjs";

const NAMESPACE = "bench";

/** Measuring needs what the tools need: the WebSocket and SQLite of a newer Node. */
function restartUnderModernNode() {
  if (modernNode() === process.execPath) return false;
  const child = spawn(modernNode(), ["--no-warnings", ...process.argv.slice(1)], { stdio: "inherit" });
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => child.kill(name));
  child.on("exit", (code) => process.exit(code ?? 1));
  return true;
}

/** The measurements of a folder. */
function modulesIn(folder, names) {
  const files = readdirSync(inRoot("bench", folder))
    .filter((file) => file.endsWith(".mjs"))
    .filter((file) => names.length === 0 || names.includes(basename(file, ".mjs")))
    .sort();
  return Promise.all(
    files.map(async (file) => {
      const { run } = await import(pathToFileURL(inRoot("bench", folder, file)).href);
      return { title: `${folder}/${basename(file, ".mjs")}`, run };
    }),
  );
}

/** Figures as bench/kernels gives them (`figures`: a text or named numbers) or bench/runs (`value` and `unit`), as one text. */
function figureText({ value, unit, figures }) {
  if (figures === undefined) return value === null ? "" : `${value.toLocaleString("en")} ${unit}`;
  if (typeof figures !== "object" || figures === null) return String(figures);
  const short = (figure) => (typeof figure === "number" ? Number(figure.toPrecision(4)).toLocaleString("en") : figure);
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${short(figure)}`)
    .join(", ");
}

async function measure({ title, run }, server) {
  say(`\n${bold(title)}`);
  let rows;
  try {
    rows = (await run(server)).map((row) => ({ ...row, text: figureText(row) }));
  } catch (error) {
    say(dim(inspect(error))); // with its causes: fetch says little of its own
    rows = [{ name: "failed", text: error.message.split("\n")[0], target: "", pass: false }];
  }
  const mark = ({ pass }) => (pass === true ? green("ok") : pass === false ? red("missed") : "");
  const lines = rows.map((row) => [row.name, row.text, row.target ?? "", mark(row)]);
  for (const line of table(["", "measured", "target", ""], lines)) say(`  ${line}`);
  return { title, rows };
}

function writeResults(sections) {
  const [{ model }] = cpus();
  const machine = `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  const lines = ["# Results of `npm run bench`", "", `${new Date().toISOString().slice(0, 10)}, ${machine}.`];
  for (const { title, rows } of sections) {
    lines.push("", `## ${title}`, "", "| | measured | target | |", "|---|---|---|---|");
    for (const { name, text, target, pass } of rows) {
      lines.push(`| ${name} | ${text} | ${target ?? ""} | ${pass === true ? "ok" : pass === false ? "missed" : ""} |`);
    }
  }
  writeFileSync(inRoot("bench", "RESULTS.md"), `${lines.join("\n")}\n`);
  say(dim("\nWritten to bench/RESULTS.md"));
}

/** Measures on a server of its own. */
async function measureOnServer(modules, ended) {
  const state = mkdtempSync(join(tmpdir(), "shoal-bench-"));
  let server = null;
  try {
    server = await Promise.race([startServer({ persistTo: state, log: say }), ended]);
    const unexpected = server.failed.then((reason) => Promise.reject(reason));
    unexpected.catch(() => {}); // heard by the race below
    const root = createClient({ url: server.url, key: localKey() });
    await root.post("/v1/namespaces", { namespace_name: NAMESPACE });
    const target = { ...server, api: root.with({ namespace: NAMESPACE }) };
    const sections = [];
    for (const module of modules) sections.push(await Promise.race([measure(module, target), ended, unexpected]));
    return sections;
  } finally {
    await server?.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

async function bench() {
  const names = process.argv.slice(2);
  await setup();
  const alone = [...(await modulesIn("kernels", names)), ...(await modulesIn("memory", names))];
  const runs = await modulesIn("runs", names);
  if (alone.length + runs.length === 0) throw expected(`Nothing in bench/ is called ${names.join(" or ")}.`);

  const sections = [];
  for (const module of alone) sections.push(await measure(module));
  const ended = endOfLife().then((reason) => Promise.reject(expected(`Ended by ${reason}.`)));
  ended.catch(() => {}); // heard by the races
  if (runs.length > 0) sections.push(...(await measureOnServer(runs, ended)));
  if (names.length === 0) writeResults(sections);
  return sections.every(({ rows }) => rows.every(({ pass }) => pass !== false));
}

if (!restartUnderModernNode()) {
  try {
    process.exit((await bench()) ? 0 : 1);
  } catch (error) {
    fail(error);
    process.exit(1);
  }
}
