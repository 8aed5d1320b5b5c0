/**
 * `npm run deploy [-- --dry-run] [-- --skip-migrations]`: the API, then the consumer, from one wrangler.toml. A dry run
 * bundles both and uploads nothing: no network, no account. docs/deploy.md says what to prepare for a real one.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bold, expected, fail, green, say } from "./lib/output.mjs";
import { inRoot, tool } from "./lib/paths.mjs";
import { runTool } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { quietWrangler } from "./lib/wrangler.mjs";

/** The id that stands in wrangler.toml until someone creates their own database. */
const PLACEHOLDER = "00000000-0000-0000-0000-000000000001";

function options() {
  try {
    const { values } = parseArgs({
      options: {
        "dry-run": { type: "boolean", default: false },
        "skip-migrations": { type: "boolean", default: false },
      },
    });
    return { dryRun: values["dry-run"], skipMigrations: values["skip-migrations"] };
  } catch (error) {
    throw expected(error.message);
  }
}

async function wrangler(title, args, env = {}) {
  say(bold(title));
  const { ok, code } = await runTool(tool.wrangler, args, { env });
  if (!ok) throw expected(`${title}: wrangler ended with ${code}`);
}

try {
  const { dryRun, skipMigrations } = options();
  await setup();
  if (dryRun) {
    await wrangler("API (dry run)", ["deploy", "--dry-run", "--env", ""], quietWrangler);
    await wrangler("Consumer (dry run)", ["deploy", "--dry-run", "--env", "compute"], quietWrangler);
    say("wrangler's warning names bindings that the consumer does without on purpose.");
    say(green("Both Workers bundle. Nothing was uploaded."));
  } else {
    if (readFileSync(inRoot("wrangler.toml"), "utf8").includes(PLACEHOLDER)) {
      throw expected(
        "wrangler.toml still names the placeholder database: put your database_id there (docs/deploy.md, step 2).",
      );
    }
    // The API first: the consumer binds to its Durable Objects, and to a schema that is already there.
    if (!skipMigrations) await wrangler("Migrations", ["d1", "migrations", "apply", "DB", "--remote"]);
    await wrangler("API", ["deploy", "--env", ""]);
    await wrangler("Consumer", ["deploy", "--env", "compute"]);
    say(green("Deployed."));
  }
} catch (error) {
  fail(error);
}
