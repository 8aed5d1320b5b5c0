/** The OpenAPI document, made by the application itself, under Redocly's recommended rules. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot, modernNode } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";

/** Node has neither the platform's module nor a Worker's WebAssembly imports; building the document calls neither. */
const platformStubs = {
  name: "platform-stubs",
  setup(build) {
    build.onResolve({ filter: /^cloudflare:|\.wasm$/ }, ({ path }) => ({ path, namespace: "stub" }));
    build.onLoad({ filter: /.*/, namespace: "stub" }, () => ({
      contents: "export class DurableObject {}; export class WorkerEntrypoint {}; export default null;",
    }));
  },
};

/** Writes the document of this source tree to `file`. */
export async function writeOpenApi(file) {
  const { build } = await import("esbuild"); // comes with wrangler
  const folder = mkdtempSync(inRoot(".shoal/openapi-"));
  try {
    const bundle = join(folder, "openapi.mjs");
    await build({
      entryPoints: [inRoot("src/api/openapi.ts")],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      // Some dependency asks for Node's own modules by `require`.
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "error",
      plugins: [platformStubs],
    });
    const { openApiDocument } = await import(pathToFileURL(bundle).href);
    writeFileSync(file, JSON.stringify(openApiDocument(), null, 2));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Findings of the linter, each as one line. Runs by itself as `node scripts/checks/openapi.mjs`, since it needs Node 22. */
async function lint() {
  const { createConfig, lint: lintDocument } = await import("@redocly/openapi-core");
  const file = inRoot(".shoal/openapi.json");
  await writeOpenApi(file);
  // The published paths have both `/clusters/triggers/{id}` and `/clusters/{id}/artifacts`: literal segments win (routes/index.ts).
  const config = await createConfig({ extends: ["recommended"], rules: { "no-ambiguous-paths": "off" } });
  const problems = await lintDocument({ ref: file, config });
  return problems.map(({ severity, ruleId, message, location }) => {
    const pointer = location[0]?.pointer ?? "";
    return `${severity} ${ruleId} ${pointer}: ${message.replaceAll("\n", " ")}`;
  });
}

export async function openApi() {
  const { ok, output } = await run(modernNode(), [inRoot("scripts/checks/openapi.mjs")], { quiet: true });
  return ok ? [] : output.trim().split("\n");
}

if (process.argv[1] === inRoot("scripts/checks/openapi.mjs")) {
  const findings = await lint();
  for (const finding of findings) console.log(finding);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
