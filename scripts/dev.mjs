/**
 * `npm run dev -- [--port P] [--persist-to DIR] [--inspector-port P] [--compute-inspector-port P] [--config FILE] [--watch] [--verbose]`
 *
 * Serves until stopped. See docs/design/local-server.md.
 */
import { parseArgs } from "node:util";
import { localKey } from "./lib/dev-vars.mjs";
import { endOfLife } from "./lib/lifetime.mjs";
import { bold, cyan, dim, expected, fail, green, say } from "./lib/output.mjs";
import { portOption } from "./lib/ports.mjs";
import { startServer } from "./lib/server.mjs";
import { setup } from "./lib/setup.mjs";

const DEFAULT_STATE = ".shoal/state";

function options() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string" },
        "persist-to": { type: "string", default: DEFAULT_STATE },
        "inspector-port": { type: "string" },
        "compute-inspector-port": { type: "string" },
        config: { type: "string" },
        watch: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
      },
    });
    return {
      port: portOption(values.port, "port"),
      persistTo: values["persist-to"],
      inspectorPort: portOption(values["inspector-port"], "inspector-port"),
      computeInspectorPort: portOption(values["compute-inspector-port"], "compute-inspector-port"),
      config: values.config,
      watch: values.watch,
      verbose: values.verbose,
    };
  } catch (error) {
    throw expected(error.message);
  }
}

function announce({ url, state }) {
  say(`
  ${bold("Shoal")} ${green("serves")}
  API       ${cyan(url)}
  Docs      ${cyan(`${url}/docs`)}
  Explorer  ${cyan(`${url}/`)}
  Key       ${localKey()}
  State     ${state}
  ${dim("Ctrl-C ends all")}
`);
}

try {
  const ended = endOfLife();
  const wanted = options();
  if (await Promise.race([setup(), ended])) process.exit(0);
  const starting = startServer({ ...wanted, log: say });
  const first = await Promise.race([starting, ended]);
  if (typeof first === "string") {
    // Asked to end while starting: let the start finish or fail, then end what it started.
    const server = await starting.catch(() => null);
    await server?.stop();
  } else {
    announce(first);
    const reason = await Promise.race([ended, first.failed]);
    if (reason instanceof Error) throw reason;
    say(dim(`\nEnding on ${reason} …`));
    await first.stop();
  }
  process.exit(0);
} catch (error) {
  fail(error);
  process.exit(1);
}
