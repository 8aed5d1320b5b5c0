/** What a collection does with what it receives: the features that its extractor gives. */
import type { CollectionFeature } from "../../../documents/contract";
import type { Warning } from "../../../domain/definition/model";
import { ShoalError } from "../../../domain/errors";
import { passthroughFeatures } from "./extractor-passthrough";
import { textFeatures } from "./extractor-text";

const LOC = ["body", "feature_extractor"];
const KNOWN = ["feature_extractor_name", "version", "parameters", "params"];

/** Published settings of extractors that read objects; documents come with all their fields here. */
const NO_EFFECT = ["input_mappings", "field_passthrough", "include_all_source_fields"];

export interface ExtractorRequest {
  feature_extractor_name: string;
  version: string;
  parameters?: unknown;
  params?: unknown;
  [setting: string]: unknown;
}

export interface ExtractorFeatures {
  features: CollectionFeature[];
  warnings: Warning[];
  /** Settings beside the parameters that have an effect. */
  uses: string[];
}

/** `given` and the place of its parameters in the request. */
export interface ExtractorInput {
  extractor: string;
  given: ExtractorRequest;
  parameters: unknown;
  loc: string[];
}

const EXTRACTORS: Record<string, (input: ExtractorInput) => ExtractorFeatures> = {
  "passthrough@v1": passthroughFeatures,
  "text_extractor@v1": textFeatures,
};

/**
 * The features that the extractor gives, and what of its settings has no effect.
 *
 * @throws ShoalError `feature_extractor_not_found` for an extractor that this deployment does not have
 */
export function extractorFeatures(given: ExtractorRequest): { features: CollectionFeature[]; warnings: Warning[] } {
  const { feature_extractor_name: name, version } = given;
  const extractor = `${name}@${version}`;
  if (!Object.hasOwn(EXTRACTORS, extractor)) {
    const available = Object.keys(EXTRACTORS).join(", ");
    const msg = `There is no feature extractor "${extractor}" here; available: ${available}.`;
    throw new ShoalError("feature_extractor_not_found", msg, { feature_extractor_name: name, version }, [
      { loc: [...LOC, "feature_extractor_name"], msg, type: "feature_extractor_not_found" },
    ]);
  }
  const place = given.parameters || !given.params ? "parameters" : "params";
  const parameters = given.parameters ?? given.params ?? {};
  const { features, warnings, uses } = EXTRACTORS[extractor]!({ extractor, given, parameters, loc: [...LOC, place] });
  if (given.parameters && given.params) {
    warnings.push({ loc: [...LOC, "params"], msg: "parameters is given too; it has no effect" });
  }
  for (const [setting, value] of Object.entries(given)) {
    if (KNOWN.includes(setting) || uses.includes(setting) || !value) continue;
    const msg = NO_EFFECT.includes(setting)
      ? "is stored and has no effect in this deployment"
      : "unknown field; it has no effect";
    warnings.push({ loc: [...LOC, setting], msg });
  }
  return { features, warnings };
}
