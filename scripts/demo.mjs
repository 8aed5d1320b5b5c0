/**
 * `npm run demo -- [--dataset digits|emoji] [--algorithm NAME] [--once] [--port P]`: imports 1,797 handwritten digits, or the names and
 * tags of 1,914 emoji, clusters them and shows what came out, through the HTTP API only. `--once` ends by itself and leaves its state in `.shoal/demo-once`; otherwise the server stays up, on
 * `.shoal/demo`. Both folders are made anew each time.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createClient } from "./lib/client.mjs";
import { DEMO_ALGORITHMS } from "./lib/demo-algorithms.mjs";
import { localKey } from "./lib/dev-vars.mjs";
import { runDigits } from "./lib/digits.mjs";
import { EMOJI_ALGORITHMS, runEmoji } from "./lib/emoji.mjs";
import { endOfLife } from "./lib/lifetime.mjs";
import { bold, cyan, dim, expected, fail, green, say, seconds } from "./lib/output.mjs";
import { inRoot } from "./lib/paths.mjs";
import { portOption } from "./lib/ports.mjs";
import { startServer } from "./lib/server.mjs";
import { setup } from "./lib/setup.mjs";

/** What each data set is clustered by, and how it is run. */
const DATASETS = {
  digits: {
    algorithms: DEMO_ALGORITHMS,
    algorithm: "kmeans",
    run: (api, state, algorithm) =>
      runDigits(api, readFileSync(inRoot("examples/digits/digits.ndjson")), state, algorithm),
  },
  emoji: { algorithms: EMOJI_ALGORITHMS, algorithm: "agglomerative", run: runEmoji },
};

function options() {
  try {
    const { values } = parseArgs({
      options: {
        dataset: { type: "string", default: "digits" },
        algorithm: { type: "string" },
        once: { type: "boolean", default: false },
        port: { type: "string" },
      },
    });
    const { dataset, once, port } = values;
    if (!Object.hasOwn(DATASETS, dataset)) {
      throw new Error(`--dataset ${dataset} is none of ${Object.keys(DATASETS).join(", ")}.`);
    }
    const { algorithms, run } = DATASETS[dataset];
    const algorithm = values.algorithm ?? DATASETS[dataset].algorithm;
    if (!Object.hasOwn(algorithms, algorithm)) {
      throw new Error(`--algorithm ${algorithm} is none of ${Object.keys(algorithms).join(", ")} (${dataset}).`);
    }
    return { run, algorithm, once, port: portOption(port, "port") };
  } catch (error) {
    throw expected(error.message);
  }
}

/** How a user goes on: with the server that stays up, or with one over the state that `again` names. */
function sayNext({ url }, { key, again, namespace, clusterId, runId }) {
  const curl = (path, ...more) => {
    const lines = [
      `curl -s ${url}${path}`,
      `-H "Authorization: Bearer ${key}" -H "X-Namespace: ${namespace}"`,
      ...more,
    ];
    say(`  ${lines.join(" \\\n    ")}\n`);
  };
  say(bold("Go on from here"));
  if (again) say(`  npm run dev -- --port ${new URL(url).port} --persist-to ${again}\n`);
  curl(`/v1/clusters/${clusterId}`);
  curl(`/v1/clusters/${clusterId}/executions/${runId}`);
  curl(
    `/v1/clusters/${clusterId}/data`,
    `-H "Content-Type: application/json" -H "Accept: application/vnd.apache.parquet" \\\n    -d '{"include_members": true}' -o members.parquet`,
  );
  say(
    `  Explorer  ${cyan(`${url}/#${clusterId}`)} (key ${key}, namespace ${namespace})\n  Docs      ${cyan(`${url}/docs`)}`,
  );
  if (!again) say(dim("\n  The server stays up; Ctrl-C ends it."));
}

let server = null;
let code = 0;
try {
  const ended = endOfLife().then((reason) => Promise.reject(expected(`Ended by ${reason}.`)));
  ended.catch(() => {}); // observed below, wherever the demo then is
  const { run, algorithm, once, port } = options();
  await Promise.race([setup(), ended]);
  const start = performance.now();
  // A folder of its own, so that it runs beside a demo that stays up.
  const persistTo = once ? ".shoal/demo-once" : ".shoal/demo";
  const starting = startServer({ persistTo, fresh: true, port, log: say });
  starting.then(
    (started) => {
      server = started;
    },
    () => {},
  );
  await Promise.race([starting, ended]).catch(async (error) => {
    await starting.catch(() => {});
    throw error;
  });
  say(`${green("✓")} Server at ${cyan(server.url)} ${dim(`(${seconds(performance.now() - start)})`)}`);

  const key = localKey();
  const work = run(createClient({ url: server.url, key }), server.state, algorithm);
  const failed = server.failed.then((error) => Promise.reject(error));
  failed.catch(() => {});
  const made = await Promise.race([work, failed, ended]);
  sayNext(server, { key, again: once ? persistTo : null, ...made });
  if (!once) {
    await Promise.race([failed, ended]).catch((error) => {
      if (!/^Ended by/.test(error.message)) throw error;
    });
  }
} catch (error) {
  fail(error);
  code = 1;
} finally {
  await server?.stop();
}
process.exit(code);
