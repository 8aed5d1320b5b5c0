/** A seeded sample of the documents as they are now, read from their segments a few MiB at a time. */
import { collectionStore } from "../documents/client";
import { gatherRows } from "../documents/segments";
import { type Centroids, SampleBuilder, type SampleSummary } from "../domain/drift/sample";
import { ShoalError } from "../domain/errors";
import { newId } from "../domain/ids";
import type { RunSpec } from "../domain/run/types";
import type { Env } from "../env";
import { planes } from "../planes";

/** Documents of a sample: with ten clusters, chance alone moves the shares by about 0.03. */
const SAMPLE_ROWS = 2_000;
/** Multiplications of finding nearest centroids: about a second. */
const OPERATIONS = 1_000_000_000;
const LEAST_ROWS = 200;
const SLICE_BYTES = 4 * 1024 * 1024;
const SEED = 42;

/** The part of a run's specification that says which vectors it saw, and how. */
export type Sampled = Pick<RunSpec, "runId" | "namespaceId" | "collections" | "filters" | "features" | "normalize">;

/**
 * Mean, spread and places of at most 2,000 of the documents that the run would see now. The same documents give the same numbers.
 *
 * @throws ShoalError `drift_not_available` when no feature of the run has dense vectors
 */
export async function sampleNow(env: Env, spec: Sampled, centroids: Centroids | null): Promise<SampleSummary> {
  const features = denseFeatures(spec);
  const width = features.reduce((sum, { dimensions }) => sum + dimensions, 0);
  const names = features.map(({ name }) => name);
  const stores = spec.collections.map(({ collectionId }) => collectionStore(env, spec.namespaceId, collectionId));
  const shapes = await Promise.all(stores.map((store) => store.shape(spec.filters, names)));
  const documents = shapes.reduce((sum, { rows }) => sum + rows, 0);
  const affordable = centroids ? Math.floor(OPERATIONS / (centroids.count * width)) : SAMPLE_ROWS;
  const size = Math.max(LEAST_ROWS, Math.min(SAMPLE_ROWS, affordable));
  const builder = new SampleBuilder(features, spec.normalize, affordable < LEAST_ROWS ? null : centroids);
  for (const [i, store] of stores.entries()) {
    const wanted = documents <= size ? shapes[i]!.rows : Math.ceil((size * shapes[i]!.rows) / documents);
    if (wanted === 0) continue;
    const snapshot = newId("run");
    try {
      const { rows } = await store.freeze({
        runId: snapshot,
        filters: spec.filters,
        features: names,
        zeroIsNoise: false,
        sample: { size: wanted, seed: SEED },
        attributes: [],
      });
      const step = Math.max(1, Math.floor(SLICE_BYTES / (4 * width)));
      for (let from = 0; from < rows; from += step) {
        const page = await store.frozen(snapshot, from, Math.min(rows, from + step));
        const values = new Float32Array(page.segments.length * width);
        await gatherRows(planes(env).objects, page, names, values);
        builder.add(values);
      }
    } finally {
      await store.release(snapshot);
    }
  }
  return builder.summary(documents);
}

export function denseFeatures({ features, runId }: Pick<Sampled, "features" | "runId">): Sampled["features"] {
  const dense = features.filter(({ sparse }) => !sparse);
  if (dense.length > 0) return dense;
  const names = features.map(({ name }) => name);
  const msg =
    `Drift is measured on dense vectors, and the last run clustered none: ${names.join(", ")} is sparse. ` +
    "Give the collection a dense feature, or watch volume or quality.";
  throw new ShoalError("drift_not_available", msg, { run_id: runId, features: names });
}
