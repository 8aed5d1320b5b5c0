/** `npm run setup`: everything that the other commands would do first. */
import { fail, green, say } from "./lib/output.mjs";
import { setup } from "./lib/setup.mjs";

try {
  await setup({ types: true });
  say(`${green("ready")} Next: npm run demo`);
} catch (error) {
  fail(error);
}
