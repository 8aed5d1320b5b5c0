/** What each Worker uploads, compressed: the start of an isolate pays for every byte. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { inRoot, tool } from "../lib/paths.mjs";
import { runTool } from "../lib/run.mjs";
import { quietWrangler } from "../lib/wrangler.mjs";

const LIMIT_BYTES = 3 * 1024 * 1024;

const uploaded = (name) => !name.endsWith(".map") && name !== "README.md";

async function sizeOf(role) {
  const folder = mkdtempSync(inRoot(".shoal/bundle-"));
  try {
    const args = [
      "deploy",
      "--dry-run",
      "--outdir",
      folder,
      ...(role === "compute" ? ["--env", "compute"] : ["--env", ""]),
    ];
    const { ok, output } = await runTool(tool.wrangler, args, { quiet: true, env: quietWrangler });
    if (!ok) return { finding: `${role}: ${output.trim()}` };
    const bytes = readdirSync(folder)
      .filter(uploaded)
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
    const size = `${role} ${(bytes / 1024).toFixed(0)} KiB`;
    return bytes > LIMIT_BYTES ? { finding: `${size} compressed, at most ${LIMIT_BYTES / 1024} KiB` } : { size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function bundleSize() {
  const sizes = [await sizeOf("api"), await sizeOf("compute")];
  return {
    findings: sizes.flatMap(({ finding }) => finding ?? []),
    note: sizes.flatMap(({ size }) => size ?? []).join(", "),
  };
}
