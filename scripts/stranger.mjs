/**
 * `npm run stranger`: drives a server of its own over HTTP only, as someone would who knows nothing but the API reference:
 * the whole way from import to clusters, wrong input, another tenant's ids, and the server killed with SIGKILL in the
 * middle of an import and of a run. Ends with `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dim, fail, green, red, say, seconds } from "./lib/output.mjs";
import { setup } from "./lib/setup.mjs";
import { crashScenarios } from "./stranger/crashes.mjs";
import { journeyScenarios } from "./stranger/journey.mjs";
import { refusalScenarios } from "./stranger/refusals.mjs";
import { createWorld } from "./stranger/world.mjs";

const SCENARIOS = [...journeyScenarios, ...refusalScenarios, ...crashScenarios];

await setup();
const folder = mkdtempSync(join(tmpdir(), "shoal-stranger-"));
const world = createWorld(folder);
const result = { passed: 0, failed: 0 };
try {
  await world.start();
  for (const { name, run } of SCENARIOS) {
    const start = performance.now();
    const error = await run(world).then(
      () => null,
      (caught) => caught,
    );
    result[error ? "failed" : "passed"]++;
    const time = dim(seconds(performance.now() - start));
    say(`${error ? red("failed") : green("ok    ")} ${name} ${time}`);
    if (error) say(`       ${String(error.message).replaceAll("\n", "\n       ")}`);
    if (!world.isRunning()) await world.start(); // a scenario that failed half-way may have left it killed
  }
} catch (error) {
  result.failed++;
  fail(error);
} finally {
  await world.kill();
  rmSync(folder, { recursive: true, force: true });
}
say(`${result.passed} passed, ${result.failed} failed`);
process.exit(result.failed === 0 ? 0 : 1);
