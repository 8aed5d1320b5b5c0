/** The whole local server: the API and the compute consumer as two processes over one state folder, and the cron's tick. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dim, expected, plain, yellow } from "./output.mjs";
import { inRoot, root, tool } from "./paths.mjs";
import { freePorts, portIsFree } from "./ports.mjs";
import { family, signal, waitForEnd } from "./processes.mjs";
import { runTool } from "./run.mjs";
import { lockState } from "./state-lock.mjs";
import { quietWrangler, registryOf, spawnRole } from "./wrangler.mjs";

const PREFERRED_PORT = 8787;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const CRON_MS = 60_000;
const KEPT_LINES = 40;

/** What wrangler says of every request, message and binding; `verbose` shows it. */
const CHATTER = /^\s*$|^⎔ |\[wrangler:info\]|^Your Worker has|^Binding\s|^env\./;
const LISTENS = /Ready on http/;
/** wrangler starts a crashed runtime again, but the new one no longer finds the other role. */
const CRASHED = /runtime crashed unexpectedly/;
const MOST_RESTARTS = 3;
const BROKEN = /Build failed/;
/** Another process that answers on the port for so long, while ours does not say that it listens, has the port. */
const STRANGER_MS = 3_000;

/** Applies the D1 migrations to the state folder, unless it already has exactly these. */
async function migrate(state, config) {
  const folder = inRoot("migrations");
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".sql"))
        .sort()
    : [];
  if (files.length === 0) return;
  const hash = createHash("sha256");
  for (const name of files) hash.update(name).update(readFileSync(join(folder, name)));
  const wanted = hash.digest("hex");
  const stamp = join(state, "migrations.sha256");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", state, ...config];
  const { ok, output } = await runTool(tool.wrangler, args, { quiet: true, env: quietWrangler });
  if (!ok) throw expected(`The D1 migrations could not be applied to ${state}:\n${output.trim()}`);
  writeFileSync(stamp, wanted);
}

/**
 * Passes a process's output on, a name before each line: once it is ready, since what wrangler says before that are its
 * bindings and the known differences between the two roles. The last lines are kept for the message at a failure.
 */
function follow({ name, child }, { verbose, log, crashed, again }) {
  const output = { listens: false, ready: false, last: [] };
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + plain(text)).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        output.listens ||= LISTENS.test(line);
        if (CRASHED.test(line)) crashed();
        if (!verbose && CHATTER.test(line)) continue;
        output.last = [...output.last, line].slice(-KEPT_LINES);
        if (output.ready || verbose) log(`${dim(`${name.padEnd(7)} |`)} ${/warn/i.test(line) ? yellow(line) : line}`);
        output.ready ||= again && output.listens;
      }
    });
  }
  return output;
}

const portTaken = (port) =>
  Object.assign(expected(`Port ${port} is taken. Name another with --port.`), { portTaken: true });

async function choosePorts({ port, inspectorPort, computeInspectorPort }, anyPort) {
  if (port !== undefined && !(await portIsFree(port))) throw portTaken(port);
  const [any, compute] = await freePorts(2);
  return {
    port: port ?? (!anyPort && (await portIsFree(PREFERRED_PORT)) ? PREFERRED_PORT : any),
    inspectorPort: inspectorPort ?? null,
    computePort: compute,
    computeInspectorPort: computeInspectorPort ?? null,
  };
}

/**
 * Resolves when the process listens and `url` answers as `accept` wants; rejects when it ends first or the time is up.
 * The answer alone would not do: it may come from another server on the same port.
 */
async function untilAnswers(url, { accept, role, alive }) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let seen = "no answer";
  let strangerSince = null;
  for (; Date.now() < deadline; await sleep(100)) {
    await alive();
    // A bundle that cannot be built leaves the process waiting for a change of source.
    if (role.output.last.some((line) => BROKEN.test(line))) throw expected(role.output.last.join("\n"));
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      if (role.output.listens && accept(response)) return;
      // workerd says nothing when it cannot have its port, and waits.
      if (!role.output.listens) strangerSince ??= Date.now();
      if (strangerSince !== null && Date.now() - strangerSince > STRANGER_MS) throw portTaken(new URL(url).port);
      seen = `${response.status} ${text.slice(0, 500)}`;
    } catch (error) {
      if (error.expected) throw error;
      seen = error.cause?.code ?? error.message;
    }
    if (role.output.listens) strangerSince = null;
  }
  throw expected(`${url} was not ready after ${START_TIMEOUT_MS / 1000} s (${seen}).\n${role.output.last.join("\n")}`);
}

/**
 * Starts the server and resolves when it answers.
 *
 * @param {object} options
 * @param {string} options.persistTo state folder: D1, R2, Durable Objects; kept when the server ends
 * @param {boolean} [options.fresh] empties the folder first
 * @param {number} [options.port] the API's port; else 8787 if free, else any
 * @param {number} [options.inspectorPort] @param {number} [options.computeInspectorPort] for debuggers, at the price of
 *   slow kernels; else no inspector
 * @param {boolean} [options.watch] reload when a source changes
 * @param {string} [options.config] another wrangler.toml
 * @param {boolean} [options.verbose] show wrangler's own messages too
 * @param {(line: string) => void} [options.log] receives the processes' output, line by line
 * @returns {Promise<{url: string, state: string, ports: object, stop: () => Promise<void>, failed: Promise<Error>}>}
 *   `failed` resolves, once, with the reason when a process ends unasked; the others have been ended by then.
 */
export async function startServer(options) {
  try {
    return await attempt(options, false);
  } catch (error) {
    // Someone else took the preferred port between our look and workerd's: take any.
    if (options.port !== undefined || !error.portTaken) throw error;
    return attempt(options, true);
  }
}

async function attempt(
  { persistTo, fresh = false, config, verbose = false, watch = false, log = () => {}, ...wanted },
  anyPort,
) {
  const state = resolve(root, persistTo);
  const lock = await lockState(state, { fresh });
  const processes = [];
  let stopping = null;
  let cron;

  const stop = () => {
    stopping ??= (async () => {
      clearInterval(cron);
      const everyone = family(processes.map(({ child }) => child.pid));
      signal(
        everyone.filter(({ pid }) => processes.some(({ child }) => child.pid === pid)),
        "SIGTERM",
      );
      const left = await waitForEnd(everyone, STOP_TIMEOUT_MS);
      signal(left, "SIGKILL");
      await waitForEnd(left, STOP_TIMEOUT_MS);
      lock.release();
    })();
    return stopping;
  };

  try {
    const ports = await choosePorts(wanted, anyPort);
    const url = `http://localhost:${ports.port}`;
    const configArgs = config ? ["--config", resolve(config)] : [];
    rmSync(registryOf(state), { recursive: true, force: true }); // a killed server's entries
    await migrate(state, configArgs);

    let report;
    const failed = new Promise((settle) => {
      report = settle;
    });
    let restarts = 0;
    /** Starts a role; `role.entry` is the process that serves it now. */
    const launch = (role) => {
      const entry = spawnRole({
        state,
        config: resolve(config ?? inRoot("wrangler.toml")),
        verbose,
        watch,
        ...role.settings,
      });
      const crashed = () => {
        restarts += 1;
        entry.crashed = restarts <= MOST_RESTARTS;
        signal(family([entry.child.pid]), "SIGKILL");
      };
      role.output = follow(entry, { verbose, log: (line) => stopping || log(line), crashed, again: restarts > 0 });
      role.entry = entry;
      processes.push(entry);
      entry.exited.then(async ({ code, signal: by }) => {
        if (stopping) return;
        if (entry.crashed) {
          log(yellow(`The runtime of ${entry.name} crashed; it is started again (${restarts} of ${MOST_RESTARTS}).`));
          launch(role);
          return;
        }
        role.failure = expected(
          `The ${entry.name} process ended unasked (${by ?? `exit code ${code}`}).\n${role.output.last.join("\n")}`,
        );
        await stop();
        report(role.failure);
      });
    };
    const start = async (settings, url, accept) => {
      const role = { settings };
      launch(role);
      const alive = async () => {
        if (stopping) await stopping;
        if (role.failure) throw role.failure;
      };
      await untilAnswers(url, { accept, role, alive });
      role.output.ready = true;
    };

    const { port, computePort, inspectorPort, computeInspectorPort } = ports;
    await start({ name: "api", port, inspectorPort, persist: state }, `${url}/health`, (response) => response.ok);
    // The consumer's own state stays empty: it reaches the bucket and the Durable Objects through the API's process.
    await start(
      {
        name: "compute",
        env: "compute",
        port: computePort,
        inspectorPort: computeInspectorPort,
        persist: join(state, "compute"),
      },
      `http://localhost:${computePort}/`,
      () => true,
    );

    lock.note(url, family(processes.map(({ child }) => child.pid)));
    const tick = () =>
      fetch(`${url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`).then(
        (r) => r.text(),
        () => {},
      );
    cron = setInterval(tick, CRON_MS);
    // What was missed while the server was down, and what its queues forgot, need not wait for the next minute.
    void tick();
    return { url, state, ports, stop, failed };
  } catch (error) {
    await stop();
    throw error;
  }
}
