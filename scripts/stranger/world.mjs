/** The stranger's server: `npm run dev` in a process group of its own, which a signal ends whole, and clients for it. */
import { spawn } from "node:child_process";
import { createClient } from "../lib/client.mjs";
import { localKey } from "../lib/dev-vars.mjs";
import { inRoot, root } from "../lib/paths.mjs";
import { freePorts } from "../lib/ports.mjs";
import { family, waitForEnd } from "../lib/processes.mjs";

const START_MS = 60_000;

/** @param {string} folder state of the server; survives `kill` and `start` */
export function createWorld(folder) {
  let child = null;
  let port = null;
  const url = () => `http://localhost:${port}`;

  return {
    /** What scenarios leave for later ones: ids of things made. */
    made: {},

    isRunning: () => child !== null,

    async start() {
      port ??= (await freePorts(1))[0];
      const args = [inRoot("scripts/dev.mjs"), "--port", String(port), "--persist-to", folder];
      child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ["ignore", "pipe", "pipe"] });
      await new Promise((resolve, reject) => {
        let output = "";
        const timer = setTimeout(() => reject(new Error(`The server did not start:\n${output}`)), START_MS);
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding("utf8").on("data", (text) => {
            output += text;
            if (!/Shoal.* serves/.test(output)) return;
            clearTimeout(timer);
            resolve();
          });
        }
        child.once("exit", (code) => {
          clearTimeout(timer);
          reject(new Error(`The server ended with ${code}:\n${output}`));
        });
      });
    },

    /** SIGKILL to the whole group: no process of the server runs a handler. */
    async kill() {
      if (!child) return;
      const everyone = family([child.pid]);
      process.kill(-child.pid, "SIGKILL");
      child = null;
      const left = await waitForEnd(everyone, 5_000);
      if (left.length > 0) throw new Error(`${left.length} processes outlived a SIGKILL to their group`);
    },

    /** A client with the root key and, where given, a namespace. */
    client: (namespace) => createClient({ url: url(), key: localKey(), namespace }),
  };
}
