/**
 * `npm run check [-- NAME …]`: everything that needs no server. Each check runs whether or not another failed; with names,
 * only those. The tests are `npm test`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { bundleSize } from "./checks/bundle-size.mjs";
import { fileSizes } from "./checks/file-sizes.mjs";
import { lockFile } from "./checks/lock-file.mjs";
import { migrations } from "./checks/migrations.mjs";
import { openApi } from "./checks/openapi.mjs";
import { rules } from "./checks/rules.mjs";
import { dim, expected, fail, green, red, say, seconds } from "./lib/output.mjs";
import { inRoot, tool } from "./lib/paths.mjs";
import { runTool } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";

/** A check that is a tool's own exit code. */
const byTool = (name, args) => async () => {
  const { ok, output } = await runTool(name, args, { quiet: true });
  return ok ? [] : [output.trim()];
};

/** Each answers its findings, or {findings, note}; none means passed. */
const CHECKS = {
  format: byTool(tool.biome, ["ci", "--error-on-warnings", "."]),
  types: byTool(tool.tsc, ["--noEmit", "-p", "tsconfig.json"]),
  "test-types": byTool(tool.tsc, ["--noEmit", "-p", "tsconfig.test.json"]),
  "lock-file": lockFile,
  "file-sizes": fileSizes,
  rules,
  migrations,
  openapi: openApi,
  "bundle-size": bundleSize,
};

async function runCheck(name, check) {
  const start = performance.now();
  let outcome;
  try {
    outcome = await check();
  } catch (error) {
    outcome = [error.stack ?? String(error)];
  }
  const { findings, note = "" } = Array.isArray(outcome) ? { findings: outcome } : outcome;
  const time = dim(seconds(performance.now() - start).padStart(8));
  say(`${findings.length === 0 ? green("ok    ") : red("failed")} ${name.padEnd(12)} ${time}  ${dim(note)}`.trimEnd());
  for (const finding of findings) say(`       ${finding.replaceAll("\n", "\n       ")}`);
  return findings.length === 0;
}

try {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in CHECKS));
  if (unknown.length > 0)
    throw expected(`No check ${unknown.join(", ")}; there are ${Object.keys(CHECKS).join(", ")}.`);
  await setup({ types: true });
  const result = { passed: 0, failed: 0 };
  for (const [name, check] of Object.entries(CHECKS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    result[(await runCheck(name, check)) ? "passed" : "failed"]++;
  }
  mkdirSync(inRoot(".shoal"), { recursive: true });
  writeFileSync(inRoot(".shoal/check-results.json"), JSON.stringify(result));
  say(`${result.passed} passed, ${result.failed} failed`);
  process.exitCode = result.failed === 0 ? 0 : 1;
} catch (error) {
  fail(error);
}
