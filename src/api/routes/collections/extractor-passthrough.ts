/** `passthrough`: vectors that come ready made, dense, sparse or several for each document. */
import { z } from "@hono/zod-openapi";
import { type CollectionFeature, POOLINGS } from "../../../documents/contract";
import { parseAt, unknownFields, validationError } from "../../../domain/issues";
import type { ExtractorFeatures, ExtractorInput } from "./extractor";

export const FeatureName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const MAX_DIMENSIONS = 4096;
/** Document frequencies of all indices are held at once. */
const MAX_SPARSE_DIMENSIONS = 1_048_576;

const Feature = z.object({
  name: FeatureName,
  dimensions: z.int().min(1).max(MAX_SPARSE_DIMENSIONS),
  type: z.enum(["dense", "sparse", "multi_vector"]).default("dense"),
  pooling: z.enum(POOLINGS).nullish(),
});

const Parameters = z.object({ features: z.array(Feature).max(16) });

export function passthroughFeatures({ extractor, parameters, loc }: ExtractorInput): ExtractorFeatures {
  const { features } = parseAt(Parameters, parameters, loc);
  const warnings = unknownFields(Parameters, parameters, loc);
  features.forEach(({ name, dimensions, type, pooling }, i) => {
    const at = [...loc, "features", i];
    if (features.findIndex((other) => other.name === name) < i) {
      throw validationError([{ loc: [...at, "name"], msg: `"${name}" is there twice`, type: "value_error" }]);
    }
    if (type !== "sparse" && dimensions > MAX_DIMENSIONS) {
      const msg = `must be at most ${MAX_DIMENSIONS} of a ${type} feature, got ${dimensions}`;
      throw validationError([{ loc: [...at, "dimensions"], msg, type: "too_big" }]);
    }
    if (pooling && type !== "multi_vector") {
      warnings.push({ loc: [...at, "pooling"], msg: `is of multi_vector features only, not of a ${type} one` });
    }
  });
  return { features: features.map((feature) => toFeature(extractor, feature)), warnings, uses: [] };
}

function toFeature(extractor: string, { name, dimensions, type, pooling }: z.infer<typeof Feature>): CollectionFeature {
  const feature = { uri: `mixpeek://${extractor}/${name}`, name, dimensions };
  if (type === "sparse") return { ...feature, kind: "sparse" };
  return type === "multi_vector" ? { ...feature, pooling: pooling ?? "mean" } : feature;
}
