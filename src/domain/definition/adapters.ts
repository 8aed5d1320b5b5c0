/**
 * The way in for every request that describes a clustering: picks the dialect by the keys present, translates, checks.
 * Nothing past this file knows dialects.
 */

import { ShoalError } from "../errors";
import { isObject, type Loc, validationError } from "../issues";
import { canonical, type DefinitionDraft } from "./canonical";
import { concept } from "./dialects/concept";
import { flat } from "./dialects/flat";
import { structured } from "./dialects/structured";
import { type CollectionFeatures, resolveFeatures } from "./features";
import type { ClusterDefinition, Warning } from "./model";
import { type Move, translate } from "./translate";

export type { DefinitionDraft } from "./canonical";

const FLAT_KEYS = ["algorithm", "algorithm_config", "source_collection_ids", "collection_id", "feature_addresses"];

export function dialectOf(body: Record<string, unknown>): Move[] {
  if (isObject(body.config)) return concept;
  const isFlat = FLAT_KEYS.some((key) => body[key] !== undefined && body[key] !== null);
  return isFlat && !isObject(body.vector_config) ? flat : structured;
}

/** Reads a request of any dialect. Issues and warnings point at the fields that the caller wrote. */
export function readDefinition(input: unknown): DefinitionDraft {
  if (!isObject(input)) throw validationError([{ loc: ["body"], msg: "must be a JSON object", type: "object_type" }]);
  const first = translate(input, dialectOf(input));
  const second = translate(first.body, structured);
  const origin = ([place, ...loc]: Loc): Loc => [place as string, ...first.origin(second.origin(loc))];
  try {
    const draft = canonical(second.body);
    return {
      definition: draft.definition,
      features: draft.features.map(({ request, loc }) => ({ request, loc: origin(loc) })),
      warnings: draft.warnings.map(({ loc, msg }) => ({ loc: origin(loc), msg })),
    };
  } catch (error) {
    throw relocated(error, origin);
  }
}

/** Settles what only the namespace knows: the collections' ids and the features' URIs. */
export function settle(
  draft: DefinitionDraft,
  collections: CollectionFeatures[],
): { definition: ClusterDefinition; warnings: Warning[] } {
  const ids = collections.map(({ collectionId }) => collectionId);
  const distinct = collections.filter(({ collectionId }, index) => ids.indexOf(collectionId) === index);
  const warnings = [...draft.warnings];
  if (distinct.length < collections.length) {
    warnings.push({ loc: ["body", "collection_ids"], msg: "a collection is named more than once; it is used once" });
  }
  const definition = { ...draft.definition, collection_ids: distinct.map(({ collectionId }) => collectionId) };
  if (!definition.vector_config) return { definition, warnings };
  const features = resolveFeatures(draft.features, distinct);
  const { uris } = features;
  const vector_config = {
    ...definition.vector_config,
    feature_uris: uris,
    feature_weights: weightsByUri(definition.vector_config.feature_weights, distinct, uris),
  };
  return { definition: { ...definition, vector_config }, warnings: [...warnings, ...features.warnings] };
}

/** Weights may be keyed by whatever names a feature; stored they are keyed by URI. */
function weightsByUri(
  weights: Record<string, number> | null,
  collections: CollectionFeatures[],
  uris: string[],
): Record<string, number> | null {
  if (weights === null) return null;
  return Object.fromEntries(
    Object.entries(weights).map(([key, weight]) => {
      const loc = ["body", "vector_config", "feature_weights", key];
      const [uri] = resolveFeatures([{ request: key, loc }], collections).uris;
      if (uri && uris.includes(uri)) return [uri, weight];
      throw validationError([
        { loc, msg: `is not one of the clustered features, ${uris.join(", ")}`, type: "contradiction" },
      ]);
    }),
  );
}

function relocated(error: unknown, origin: (loc: Loc) => Loc): unknown {
  if (!(error instanceof ShoalError) || error.issues.length === 0) return error;
  const issues = error.issues.map((issue) => ({ ...issue, loc: origin(issue.loc) }));
  return error.code === "validation_failed"
    ? validationError(issues)
    : new ShoalError(error.code, error.message, error.details, issues);
}
