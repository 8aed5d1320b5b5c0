/** How wrangler is started: no telemetry, no look-ups, no files outside the state folder, no process left behind. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot, modernNode, root } from "./paths.mjs";

/** Settings that keep every wrangler command quiet and offline. */
export const quietWrangler = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
  CI: "true", // answers prompts with their defaults: there is nobody to ask
  NO_COLOR: "1",
};

/** The environment of a local server's processes. */
const serverEnvironment = (state) => ({
  ...quietWrangler,
  // Traces of every Durable Object call cost 0.6 ms each and fill the disk.
  X_LOCAL_OBSERVABILITY: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  // The registry through which the two processes find each other: one a state folder, so that servers never mix.
  WRANGLER_REGISTRY_PATH: registryOf(state),
});

export const registryOf = (state) => join(state, "registry");

/**
 * Starts one role (see serve.mjs) in this process group; it ends when this process does, however that happens.
 *
 * @param {{name: string, state: string, [setting: string]: unknown}} role
 */
export function spawnRole({ name, state, ...settings }) {
  const watch = pathToFileURL(inRoot("scripts/lib/parent-watch.mjs")).href;
  const child = spawn(
    modernNode(),
    ["--no-warnings", "--import", watch, inRoot("scripts/lib/serve.mjs"), JSON.stringify(settings)],
    { cwd: root, env: { ...process.env, ...serverEnvironment(state) }, stdio: ["ignore", "pipe", "pipe"] },
  );
  return {
    name,
    child,
    exited: new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal }))),
  };
}
