import { expect, it } from "vitest";
import { readLabeling } from "../../../src/domain/definition/labeling";
import { issueAt, refusal, warningAt } from "./support";

const read = (input: Record<string, unknown>) => readLabeling(input, ["body", "llm_labeling"]);

it("fills in the newest defaults", () => {
  expect(read({ enabled: true }).labeling).toEqual({
    enabled: true,
    include_summary: true,
    include_keywords: true,
    max_samples_per_cluster: null,
    sample_text_max_length: 200,
    use_embedding_dedup: true,
    embedding_similarity_threshold: 0.8,
    cache_ttl_seconds: 604_800,
  });
});

it.each([
  ["gpt-4o-mini", "openai", true],
  ["gpt-4.1-2025-04-14", "openai", false],
  ["gemini-2.5-flash-preview-04-17", "google", true],
  ["gemini-3.1-flash-lite", "google", false],
  ["claude-haiku-4-5-20251001", "anthropic", false],
])("infers the provider of %s", (model, provider, warned) => {
  const { labeling, warnings } = read({ enabled: true, model });
  expect(labeling).toMatchObject({ model_name: model, provider });
  expect(warningAt(warnings, "body.llm_labeling.model_name") !== undefined).toBe(warned);
});

it.each([
  [{ provider: "google", model_name: "gpt-4o-2024-08-06" }, "body.llm_labeling.provider"],
  [{ model_name: "llama-3" }, "body.llm_labeling.provider"],
  [{ provider: "mistral" }, "body.llm_labeling.provider"],
  [{ model: "gpt-4", model_name: "gpt-4o" }, "body.llm_labeling.model"],
  [{ labeling_inputs: { input_mappings: [] } }, "body.llm_labeling.labeling_inputs.input_mappings"],
  [{ embedding_similarity_threshold: 0.4 }, "body.llm_labeling.embedding_similarity_threshold"],
  [{ max_samples_per_cluster: 21 }, "body.llm_labeling.max_samples_per_cluster"],
  [{ cache_ttl_seconds: 2_592_001 }, "body.llm_labeling.cache_ttl_seconds"],
])("refuses %j", (input, loc) => {
  expect(
    issueAt(
      refusal(() => read(input)),
      loc,
    ),
  ).toBeDefined();
});

it("takes input mappings with and without an override", () => {
  const input_mappings = [
    { input_key: "text", source_type: "payload", path: "headline" },
    { input_key: "text", source_type: "literal", override: "Category: film" },
  ];
  expect(read({ labeling_inputs: { input_mappings } }).labeling.labeling_inputs).toEqual({ input_mappings });
});
