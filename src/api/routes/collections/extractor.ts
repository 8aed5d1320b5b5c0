/** What a collection does with what it receives. There is one extractor so far: vectors that come ready made. */
import { z } from "@hono/zod-openapi";
import type { CollectionFeature } from "../../../documents/contract";
import { ShoalError } from "../../../domain/errors";
import { validationError } from "../../../domain/issues";

const AVAILABLE = "passthrough@v1";
const LOC = ["body", "feature_extractor"];

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

/**
 * The dense features that the extractor gives.
 *
 * @throws ShoalError `feature_extractor_not_found` for an extractor that this deployment does not have
 */
export function extractorFeatures(given: {
  feature_extractor_name: string;
  version: string;
  parameters?: unknown;
  params?: unknown;
}): CollectionFeature[] {
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
    const issues = fieldIssues(parsed.error.issues, "body", parameters);
    throw validationError(issues.map(({ loc, ...rest }) => ({ ...rest, loc: [...LOC, place, ...loc.slice(1)] })));
  }
  const { features } = parsed.data;
  const twice = features.findIndex((feature, i) => features.findIndex((other) => other.name === feature.name) < i);
  if (twice >= 0) {
    const loc = [...LOC, place, "features", twice, "name"];
    throw validationError([{ loc, msg: `"${features[twice]!.name}" is there twice`, type: "value_error" }]);
  }
  return features.map((feature) => ({ uri: `mixpeek://${AVAILABLE}/${feature.name}`, ...feature }));
}
