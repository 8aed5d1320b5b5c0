/** What a collection does with what it receives. There is one extractor so far: vectors that come ready made. */
import { z } from "@hono/zod-openapi";
import type { CollectionFeature } from "../../../documents/contract";
import type { Warning } from "../../../domain/definition/model";
import { ShoalError } from "../../../domain/errors";
import { fieldIssues, unknownFields, validationError } from "../../../domain/issues";

const AVAILABLE = "passthrough@v1";
const LOC = ["body", "feature_extractor"];
const KNOWN = ["feature_extractor_name", "version", "parameters", "params"];

const Parameters = z.object({
  features: z
    .array(
      z.object({
        name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
        dimensions: z.int().min(1).max(4096),
      }),
    )
    .max(16),
});

/** Published settings of extractors that read objects; vectors that come ready made have no use for them. */
const NO_EFFECT = ["input_mappings", "field_passthrough", "include_all_source_fields"];

/**
 * The dense features that the extractor gives, and what of its settings has no effect.
 *
 * @throws ShoalError `feature_extractor_not_found` for an extractor that this deployment does not have
 */
export function extractorFeatures(given: {
  feature_extractor_name: string;
  version: string;
  parameters?: unknown;
  params?: unknown;
  [setting: string]: unknown;
}): { features: CollectionFeature[]; warnings: Warning[] } {
  const { feature_extractor_name: name, version } = given;
  if (`${name}@${version}` !== AVAILABLE) {
    const msg = `There is no feature extractor "${name}@${version}" here; available: ${AVAILABLE}.`;
    throw new ShoalError("feature_extractor_not_found", msg, { feature_extractor_name: name, version }, [
      { loc: [...LOC, "feature_extractor_name"], msg, type: "feature_extractor_not_found" },
    ]);
  }
  const place = given.parameters || !given.params ? "parameters" : "params";
  const parameters = given.parameters ?? given.params ?? {};
  const parsed = Parameters.safeParse(parameters);
  if (!parsed.success) {
    throw validationError(fieldIssues(parsed.error.issues, [...LOC, place], parameters));
  }
  const { features } = parsed.data;
  const twice = features.findIndex((feature, i) => features.findIndex((other) => other.name === feature.name) < i);
  if (twice >= 0) {
    const loc = [...LOC, place, "features", twice, "name"];
    throw validationError([{ loc, msg: `"${features[twice]!.name}" is there twice`, type: "value_error" }]);
  }
  const warnings = unknownFields(Parameters, parameters, [...LOC, place]);
  if (given.parameters && given.params) {
    warnings.push({ loc: [...LOC, "params"], msg: "parameters is given too; it has no effect" });
  }
  for (const [setting, value] of Object.entries(given)) {
    if (KNOWN.includes(setting) || !value) continue;
    const msg = NO_EFFECT.includes(setting)
      ? "is stored and has no effect in this deployment"
      : "unknown field; it has no effect";
    warnings.push({ loc: [...LOC, setting], msg });
  }
  return {
    features: features.map((feature) => ({ uri: `mixpeek://${AVAILABLE}/${feature.name}`, ...feature })),
    warnings,
  };
}
