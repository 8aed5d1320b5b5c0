/** Clusters named by a model, over the whole local server: the API, the compute consumer and a provider, each a process or port of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../scripts/lib/client.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { startServer } from "../../scripts/lib/server.mjs";
import { LlmServer, reply } from "../support/llm-server";

const KEY = "sk_model_labels";
const SUBJECTS = ["apple pie", "night train", "grey cat"];
const ROWS = 60;

let folder;
let models;
let server;
let shoal;

/** The repository's own configuration with the secrets of this test beside it. */
function configIn(folder) {
  const text = readFileSync(inRoot("wrangler.toml"), "utf8")
    .replace('"src/index.ts"', JSON.stringify(inRoot("src/index.ts")))
    .replace('"./web/public"', JSON.stringify(inRoot("web/public")))
    .replace('"migrations"', JSON.stringify(inRoot("migrations")))
    .replaceAll('"./node_modules/', `"${inRoot("node_modules")}/`);
  mkdirSync(folder);
  writeFileSync(join(folder, "wrangler.toml"), text);
  const secrets = { ENVIRONMENT: "local", SHOAL_ROOT_KEY: KEY, ...models.env };
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, ".dev.vars"), lines.join(""));
  return join(folder, "wrangler.toml");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "shoal-model-labels-"));
  models = await LlmServer.start();
  server = await startServer({ persistTo: join(folder, "state"), config: configIn(join(folder, "config")) });
  shoal = createClient({ url: server.url, key: KEY, namespace: "labels" });
  await shoal.post("/v1/namespaces", { namespace_name: "labels" });
  await shoal.post("/v1/collections", {
    collection_name: "texts",
    feature_extractor: {
      feature_extractor_name: "passthrough",
      version: "v1",
      parameters: { features: [{ name: "v", dimensions: 3 }] },
    },
  });
  const lines = Array.from({ length: ROWS }, (_, i) =>
    JSON.stringify({
      payload: { title: `${SUBJECTS[i % 3]} in colour`, secret: "not for models" },
      vectors: { v: [0, 1, 2].map((axis) => (axis === i % 3 ? 5 : 0) + i / 1000) },
    }),
  );
  await shoal.post("/v1/collections/texts/documents/import", lines.join("\n"), {
    "Content-Type": "application/x-ndjson",
  });
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await models?.close();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

async function execute() {
  const task = await shoal.post("/v1/clusters/named/execute?wait=25");
  expect([task.status, task.error]).toEqual(["COMPLETED", null]);
  return shoal.get("/v1/clusters/named/executions");
}
const labelsOf = ({ centroids }) => centroids.map(({ label }) => label).sort();

it("names a run's clusters by the model, and only by it anew where only the labelling changed", {
  timeout: 90_000,
}, async () => {
  const labeling = {
    enabled: true,
    provider: "anthropic",
    model_name: "claude-haiku-4-5-20251001",
    labeling_inputs: { input_mappings: [{ input_key: "text", source_type: "payload", path: "title" }] },
  };
  await shoal.post("/v1/clusters", {
    cluster_name: "named",
    collection_ids: ["texts"],
    cluster_type: "vector",
    vector_config: {
      feature_uris: ["mixpeek://passthrough@v1/v"],
      clustering_method: "kmeans",
      algorithm_params: { n_clusters: 3 },
    },
    llm_labeling: labeling,
  });

  models.script = [{ kind: "status", status: 429, headers: { "retry-after": "0" } }];
  const first = await execute();
  expect(labelsOf(first)).toEqual([
    expect.stringMatching(/^All about (apple|pie)/),
    expect.stringMatching(/^All about (cat|grey)/),
    expect.stringMatching(/^All about (night|train)/),
  ]);
  expect(first.llm_labeling_errors).toBeNull();
  expect(first.labeling).toMatchObject({ provider: "anthropic", requests: 1, input_tokens: 100, output_tokens: 20 });
  expect(models.received).toHaveLength(2);
  for (const { wire, key, text } of models.received) {
    expect([wire, key]).toEqual(["anthropic", models.env.ANTHROPIC_API_KEY]);
    expect(text).toContain("apple pie in colour");
    expect(text).not.toContain("not for models");
  }

  // All three clusters, the first two, the first, the second: what is refused is halved. The third is answered.
  models.script = Array(4).fill({ kind: "reply", text: "I will not.", finish: "refusal" });
  models.respond = () => reply([{ cluster_id: "cl_2", label: "Another name" }]);
  await shoal.call("PATCH", "/v1/clusters/named", { llm_labeling: { ...labeling, custom_prompt: "Name these." } });
  const second = await execute();
  expect(second.warnings.map(({ msg }) => msg).join()).toContain(`are those of run ${first.run_id}`);
  const errors = second.llm_labeling_errors.map((text) => JSON.parse(text));
  expect(errors).toEqual([{ error: expect.stringContaining("refused"), clusters: ["cl_0", "cl_1"] }]);
  expect(second.centroids[2].label).toBe("Another name");
  expect(second.centroids[0].label.toLowerCase()).toContain(second.centroids[0].keywords[0]);
});
