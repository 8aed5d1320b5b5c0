/** `npm test [-- VITEST ARGUMENTS]`: both vitest projects, or what the arguments choose; ends with the count. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dim, fail, green, red, say, seconds } from "./lib/output.mjs";
import { inRoot, tool } from "./lib/paths.mjs";
import { runTool } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { quietWrangler } from "./lib/wrangler.mjs";

const RESULTS = inRoot(".shoal/test-results.json");

/**
 * Counts of vitest's JSON report. A file that could not even be loaded counts as one failure, and so does an exit code that
 * no test explains (an unhandled rejection, no test found).
 */
function count(code) {
  const report = JSON.parse(readFileSync(RESULTS, "utf8"));
  const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: Math.max(report.numFailedTests + broken.length, code === 0 ? 0 : 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

try {
  await setup();
  rmSync(RESULTS, { force: true });
  const start = performance.now();
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  const { NO_COLOR, CI, ...env } = quietWrangler; // colours and watching are vitest's to decide
  const { code } = await runTool(tool.vitest, ["run", ...reporters, ...process.argv.slice(2)], { env });
  const { passed, failed, skipped } = count(code);
  writeFileSync(inRoot(".shoal/test-summary.json"), JSON.stringify({ passed, failed, skipped }));
  const colour = failed > 0 ? red : green;
  say(`${colour(`${passed} passed, ${failed} failed`)}, ${skipped} skipped ${dim(seconds(performance.now() - start))}`);
  process.exitCode = failed > 0 ? code || 1 : 0;
} catch (error) {
  fail(error);
}
