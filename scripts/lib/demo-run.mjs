/** What the demos share: steps with their times, the plan, the run's progress, metrics and files. */
import { progress, table } from "./draw.mjs";
import { bold, dim, expected, green, say, seconds } from "./output.mjs";

export async function timed(what, work) {
  const start = performance.now();
  const result = await work();
  say(`${green("✓")} ${what(result)} ${dim(`(${seconds(performance.now() - start)})`)}`);
  return result;
}

export function sayPlan({ stages }) {
  const rows = stages.map((stage) => [
    stage.kind,
    stage.tasks,
    `${(stage.task_bytes / 1024 / 1024).toFixed(1)} MiB`,
    seconds(stage.cpu_ms),
    stage.exact ? "exact" : "approximate",
  ]);
  for (const line of table(["stage", "tasks", "memory", "CPU", ""], rows)) say(`    ${dim(line.trimEnd())}`);
}

/** Follows the run by its event stream to its end. */
export async function follow(api, path) {
  const shown = progress();
  let last = null;
  for await (const event of api.events(`${path}/events`)) {
    last = event;
    shown.onEvent(event);
  }
  shown.end();
  const run = await api.get(path);
  if (run.status !== "completed")
    throw expected(`The run ended as ${run.status}: ${run.error_message ?? last?.message}`);
  return { ...run, path };
}

export function sayMetrics(run) {
  say(bold("Metrics"));
  const rows = Object.entries(run.metrics ?? {})
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name.replaceAll("_", " "), Number(value.toPrecision(6)).toLocaleString("en")]);
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) say(`  ${name.padEnd(width)}  ${value}`);
  for (const warning of run.warnings ?? []) say(`  ${dim(`warning: ${warning.msg}`)}`);
}

export function sayFiles({ parquet_path, members_key }, state) {
  const manifest = members_key.replace(/[^/]+$/, "manifest.json");
  say(`\n${bold("Files")} ${dim(`(keys in the bucket, which a local server keeps under ${state})`)}`);
  for (const key of [members_key, parquet_path, manifest]) say(`  ${key}`);
}
