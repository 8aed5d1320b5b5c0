import { readDefinition, settle } from "../../../src/domain/definition/adapters";
import type { CollectionFeatures } from "../../../src/domain/definition/features";
import { ShoalError } from "../../../src/domain/errors";

const feature = (name: string, dimensions = 64) => ({ uri: `mixpeek://passthrough@v1/${name}`, name, dimensions });

export const PIXELS = feature("pixels").uri;
export const ONE: CollectionFeatures[] = [{ collectionId: "col_a", features: [feature("pixels")] }];
export const TWO: CollectionFeatures[] = [
  { collectionId: "col_a", features: [feature("pixels"), feature("text", 8)] },
  { collectionId: "col_b", features: [feature("text", 8), feature("pixels"), feature("sound", 3)] },
];

/** A structured body over `ONE`, with `vector_config` extended. */
export const vectorBody = (config: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) => ({
  collection_ids: ["col_a"],
  vector_config: { feature_uris: [PIXELS], clustering_method: "kmeans", ...config },
  ...rest,
});

export const define = (body: unknown, collections = ONE) => settle(readDefinition(body), collections);

/** The error that `action` throws. */
export function refusal(action: () => unknown): ShoalError {
  try {
    action();
  } catch (error) {
    if (error instanceof ShoalError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

export const issueAt = (error: ShoalError, loc: string) => error.issues.find((issue) => issue.loc.join(".") === loc);
export const warningAt = (warnings: { loc: (string | number)[]; msg: string }[], loc: string) =>
  warnings.find((warning) => warning.loc.join(".") === loc)?.msg;
