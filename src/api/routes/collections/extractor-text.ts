/**
 * `text_extractor`: documents come with text. Always the sparse feature `lexical`; with `embedding` a dense one of a model beside it.
 */
import { z } from "@hono/zod-openapi";
import type { CollectionFeature } from "../../../documents/contract";
import { parseAt, unknownFields, validationError } from "../../../domain/issues";
import { EMBEDDING_PROVIDERS } from "../../../domain/text/feature";
import { LEXICAL_DIMENSIONS } from "../../../domain/text/lexical";
import type { ExtractorFeatures, ExtractorInput } from "./extractor";
import { FeatureName } from "./extractor-passthrough";

export const LEXICAL = "lexical";
const DEFAULT_PATH = "text";

const Path = z.string().min(1).max(512);
const Mappings = z.object({ text: z.union([Path, z.array(Path).min(1).max(16)]).nullish() });

const Embedding = z.object({
  provider: z.enum(EMBEDDING_PROVIDERS),
  model: z.string().min(1).max(200),
  dimensions: z.int().min(1).max(4096),
  base_url: z.string().max(2000).nullish(),
  output_name: FeatureName.default("text_embedding"),
});
const Parameters = z.object({ embedding: Embedding.nullish() });

export function textFeatures({ extractor, given, parameters, loc }: ExtractorInput): ExtractorFeatures {
  const mappingsAt = ["body", "feature_extractor", "input_mappings"];
  const mappings = parseAt(Mappings, given.input_mappings ?? {}, mappingsAt);
  const { embedding } = parseAt(Parameters, parameters, loc);
  const paths = [mappings.text ?? DEFAULT_PATH].flat();
  const uri = (name: string) => `mixpeek://${extractor}/${name}`;
  const features: CollectionFeature[] = [
    { uri: uri(LEXICAL), name: LEXICAL, dimensions: LEXICAL_DIMENSIONS, kind: "sparse", text: { paths } },
  ];
  if (embedding) {
    const { output_name: name, dimensions, provider, model, base_url } = embedding;
    if (name === LEXICAL) {
      const msg = `"${LEXICAL}" is the name of the lexical feature; choose another`;
      throw validationError([{ loc: [...loc, "embedding", "output_name"], msg, type: "value_error" }]);
    }
    const settings = { provider, model, dimensions, baseUrl: base_url ?? null };
    features.push({ uri: uri(name), name, dimensions, text: { paths, embedding: settings } });
  }
  const warnings = [
    ...unknownFields(Mappings, given.input_mappings ?? {}, mappingsAt),
    ...unknownFields(Parameters, parameters, loc),
  ];
  return { features, warnings, uses: ["input_mappings"] };
}
