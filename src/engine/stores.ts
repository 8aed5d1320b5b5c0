/** The CollectionStores of a run: counting, freezing and releasing its rows. */

import type { CollectionStoreApi } from "../documents/contract";
import type { FrozenCount } from "../domain/run/state";
import type { RunSpec, Shape } from "../domain/run/types";

type Counting = Pick<CollectionStoreApi, "shape">;
type Freezing = Pick<CollectionStoreApi, "shape" | "freeze">;

const featureNames = ({ method, features }: RunSpec): string[] =>
  method.kind === "attribute" ? [] : features.map((feature) => feature.name);

/** Counts the rows of every collection as they are now. */
function counts(spec: RunSpec, store: (collectionId: string) => Counting): Promise<FrozenCount[]> {
  return Promise.all(
    spec.collections.map(({ collectionId }) => store(collectionId).shape(spec.filters, featureNames(spec))),
  );
}

/** What a plan needs to know before anything is frozen. Noise is known only of what the stores count as such. */
export async function currentShape(spec: RunSpec, store: (collectionId: string) => Counting): Promise<Shape> {
  const found = spec.reuse?.frozen ?? (await counts(spec, store));
  const rows = found.map((count) => count.rows);
  const perCollection = spec.sampleSize === null || spec.reuse ? rows : quotas(rows, spec.sampleSize);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    rows: sum(perCollection),
    noiseRows: sum(found.map((count) => count.noiseRows)),
    missingRows: sum(found.map((count) => count.missingRows)),
    dimensions: sum(spec.features.map((feature) => feature.dimensions)),
    perCollection,
  };
}

/** Fixes the rows of one collection; repeatable, the second call answers as the first. */
export async function freezeCollection(
  spec: RunSpec,
  index: number,
  store: (collectionId: string) => Freezing,
): Promise<FrozenCount> {
  const { collectionId } = spec.collections[index]!;
  // A run that takes over a clustering fixes nothing: its rows are those of the tables.
  if (spec.reuse) return spec.reuse.frozen[index]!;
  const { rows, noiseRows, missingRows, revision } = await store(collectionId).freeze({
    runId: spec.runId,
    filters: spec.filters,
    features: featureNames(spec),
    zeroIsNoise: spec.method.kind !== "attribute" && spec.normalize,
    sample: await sampleOf(spec, index, store),
    attributes: keptValues(spec),
  });
  return { rows, noiseRows, missingRows, revision };
}

/** Dot paths whose values are kept with the rows. */
function keptValues({ method, faceMerge }: RunSpec): string[] {
  if (method.kind === "attribute") return method.config.attributes;
  return faceMerge ? [faceMerge.boxField, faceMerge.frameField, faceMerge.sceneField] : [];
}

async function sampleOf(spec: RunSpec, index: number, store: (collectionId: string) => Counting) {
  if (spec.sampleSize === null) return null;
  if (spec.collections.length === 1) return { size: spec.sampleSize, seed: spec.seed };
  const rows = (await counts(spec, store)).map((count) => count.rows);
  return { size: quotas(rows, spec.sampleSize)[index]!, seed: spec.seed };
}

/** Divides a sample among collections in proportion to their rows, by largest remainder, the earlier first on ties. */
export function quotas(rows: number[], size: number): number[] {
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total <= size) return rows;
  const shares = rows.map((count, index) => ({
    index,
    whole: Math.floor((size * count) / total),
    rest: (size * count) % total,
  }));
  let left = size - shares.reduce((sum, share) => sum + share.whole, 0);
  for (const share of [...shares].sort((a, b) => b.rest - a.rest || a.index - b.index)) {
    if (left === 0) break;
    share.whole += 1;
    left -= 1;
  }
  return shares.map((share) => share.whole);
}
