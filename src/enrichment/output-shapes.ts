/** Which output collections a run asks for, and what their features are called. Pure. */
import type { CollectionFeature } from "../documents/contract";
import type { RunSpec } from "../domain/run/types";

/** What one output collection holds. */
export interface OutputShape {
  /** `feature_name` of the centroids that it holds; null: of all clusters. */
  featureName: string | null;
  features: CollectionFeature[];
  /** The run found no cluster that belongs into it. */
  empty: boolean;
}

/** `pixels` of `mixpeek://passthrough@v1/pixels`; of several, joined. */
export const shortName = (featureName: string): string =>
  featureName
    .split(" ")
    .map((uri) => uri.slice(uri.lastIndexOf("/") + 1))
    .join("_");

/** The feature that holds the centroids of one feature's clusters, where several share a collection. */
export const centroidName = (featureName: string): string => `${shortName(featureName)}_centroid`;

const feature = (name: string, dimensions: number): CollectionFeature => ({
  uri: `mixpeek://passthrough@v1/${name}`,
  name,
  dimensions,
});

/** @param found dimensions of the centroids by their `feature_name`; null where clusters have no vector */
export function outputShapes(
  { independent, features }: Pick<RunSpec, "independent" | "features">,
  strategy: "single" | "per_feature",
  found: ReadonlyMap<string, number | null>,
): OutputShape[] {
  const empty = found.size === 0;
  if (!independent) {
    const own = [...found.values()].filter((dimensions) => dimensions !== null).slice(0, 1);
    return [{ featureName: null, features: own.map((dimensions) => feature("centroid", dimensions)), empty }];
  }
  // In the order of the features, also where the first of them is all noise.
  const uris = features.map(({ uri }) => uri);
  const of = (uri: string, name: string) => {
    const dimensions = found.get(uri);
    return dimensions ? [feature(name, dimensions)] : [];
  };
  return strategy === "per_feature"
    ? uris.map((uri) => ({ featureName: uri, features: of(uri, "centroid"), empty: !found.has(uri) }))
    : [{ featureName: null, features: uris.flatMap((uri) => of(uri, centroidName(uri))), empty }];
}
