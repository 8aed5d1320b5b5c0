/** Where things lie, and which Node runs the tools. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");

/** A path inside the repository. */
export const inRoot = (...parts) => join(root, ...parts);

const MINIMUM = [22, 12];

const isModern = (version) => {
  const [major, minor] = version.split(".").map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
};

/**
 * The Node that runs wrangler, vitest and tsc. These scripts themselves need only Node 20, because on a fresh clone they
 * start under whatever is installed; the tools need 22.12, which on Linux comes with the locked dependencies.
 */
export function modernNode() {
  if (isModern(process.versions.node)) return process.execPath;
  const bundled = inRoot("node_modules", `node-linux-${process.arch}`, "bin", "node");
  if (process.platform === "linux" && existsSync(bundled)) return bundled;
  throw new Error(
    `Node ${process.versions.node} is too old for the tools: install Node ${MINIMUM.join(".")} or newer.`,
  );
}

/** Arguments that run an installed tool with `modernNode()`, without a shell or a lookup in PATH. */
export const tool = {
  wrangler: ["--no-warnings", inRoot("node_modules/wrangler/wrangler-dist/cli.js")],
  vitest: [inRoot("node_modules/vitest/vitest.mjs")],
  tsc: [inRoot("node_modules/typescript/bin/tsc")],
  biome: [inRoot("node_modules/@biomejs/biome/bin/biome")],
  drizzleKit: [inRoot("node_modules/drizzle-kit/bin.cjs")],
};
