/** Writes a completed run's clusters into the cluster's output collections, and removes those of the run before. */
import { centroidRows, readCentroids } from "../artifacts";
import type { CentroidJson } from "../artifacts/contract";
import { type ClusterRow, findCluster, setClusterFields } from "../db/clusters";
import { type CollectionRow, deleteCollection, findCollection } from "../db/collections";
import { executionById } from "../db/executions";
import { collectionStore } from "../documents/client";
import { importValues } from "../documents/ingest/importer";
import { newId } from "../domain/ids";
import type { JobContext, JobHandler } from "../jobs/contract";
import { enrichmentOf, STEP_MS } from "./jobs";
import { outputCollection } from "./output-collections";
import { centroidName, outputShapes } from "./output-shapes";
import { readManifest, requireArtifacts, withWords, wordsOf } from "./run-tables";

export interface OutputState {
  clusterId: string;
  runId: string;
  /** The collections with what each holds; null until they are there. */
  outputs: { collectionId: string; featureName: string | null }[] | null;
  /** Row of the centroids that comes next. */
  row: number;
}

/** Clusters that are written at once. */
const BATCH = 500;

export const outputJob: JobHandler<OutputState> = {
  maxAttempts: 8,
  async step(context, { namespaceId, state }) {
    const { db } = context;
    const { clusterId, runId } = state;
    const cluster = await findCluster(db, namespaceId, clusterId);
    // A newer run writes its own results, and a cluster that was deleted wants none.
    if (!cluster || cluster.doc.last_run_id !== runId) return { done: true };
    if (state.outputs === null)
      return { done: false, state: { ...state, outputs: await prepare(context, cluster, state) } };
    const { row, done } = await writeFrom(context, namespaceId, state, state.outputs);
    if (!done) return { done: false, state: { ...state, row } };
    for (const { collectionId } of state.outputs) await removeGone(context, namespaceId, collectionId, state);
    await setClusterFields(db, clusterId, {
      enrichment: enrichmentOf("output_collection", "COMPLETED", runId, { clusters: row }),
    });
    return { done: true };
  },
  async givenUp({ db }, { state }, error) {
    const reason = error instanceof Error ? error.message : String(error);
    const failed = enrichmentOf("output_collection", "FAILED", state.runId, { error: reason });
    await setClusterFields(db, state.clusterId, { enrichment: failed });
  },
};

async function prepare(context: JobContext, cluster: ClusterRow, { runId }: OutputState) {
  const { db, objects } = context;
  const execution = await executionById(db, cluster.namespaceId, runId);
  const { spec } = await readManifest(objects, cluster.namespaceId, execution);
  const found = new Map<string, number | null>();
  for await (const batch of readCentroids(objects, requireArtifacts(execution).centroids))
    for (const { feature_name, centroid_vector } of centroidRows(batch))
      found.set(feature_name ?? "", centroid_vector?.length ?? null);
  const shapes = outputShapes(spec, cluster.definition.vector_config?.output_strategy ?? "single", found);
  const outputs: NonNullable<OutputState["outputs"]> = [];
  const collections: CollectionRow[] = [];
  for (const shape of shapes) {
    const collection = await outputCollection(context, cluster, shape);
    if (!collection) continue;
    collections.push(collection);
    outputs.push({ collectionId: collection.id, featureName: shape.featureName });
  }
  await setClusterFields(db, cluster.id, {
    output_collection_ids: collections.map(({ id }) => id),
    output_collection_names: collections.map(({ name }) => name),
    enrichment: enrichmentOf("output_collection", "PROCESSING", runId, {}),
  });
  // Ad-hoc runs that are not kept delete their cluster as soon as they are read.
  if (await findCluster(db, cluster.namespaceId, cluster.id)) return outputs;
  for (const { id } of collections) await discard(context, cluster.namespaceId, id);
  return [];
}

async function discard({ env, db }: JobContext, namespaceId: string, collectionId: string): Promise<void> {
  await collectionStore(env, namespaceId, collectionId).destroy();
  await deleteCollection(db, namespaceId, collectionId);
}

async function writeFrom(
  context: JobContext,
  namespaceId: string,
  state: OutputState,
  outputs: NonNullable<OutputState["outputs"]>,
): Promise<{ row: number; done: boolean }> {
  const { db, objects } = context;
  const deadline = Date.now() + STEP_MS;
  const execution = await executionById(db, namespaceId, state.runId);
  const words = await wordsOf(db, execution);
  const collections = await Promise.all(
    outputs.map(({ collectionId }) => findCollection(db, namespaceId, collectionId)),
  );
  let { row } = state;
  const options = { offset: row, limit: Number.POSITIVE_INFINITY, clusterIds: null };
  for await (const batch of readCentroids(objects, requireArtifacts(execution).centroids, options)) {
    const all = centroidRows(batch);
    for (let from = 0; from < all.length; from += BATCH) {
      const centroids = all.slice(from, from + BATCH);
      for (const [i, collection] of collections.entries()) {
        const { featureName } = outputs[i]!;
        const own = centroids.filter((one) => featureName === null || one.feature_name === featureName);
        const rows = own.map((one) => {
          const given = words.get(one.cluster_id);
          return document(given ? withWords(one, given) : one, state, collection!);
        });
        if (collection) await put(context, namespaceId, collection, rows);
      }
      row += centroids.length;
      if (Date.now() >= deadline) return { row, done: false };
    }
  }
  return { row, done: true };
}

/** The same cluster of a run has the same id each time. */
const documentId = (clusterId: string, cluster: string): string =>
  `doc_${clusterId.slice(clusterId.indexOf("_") + 1)}_${cluster}`;

function document(
  { centroid_vector: vector, cluster_id, ...facts }: CentroidJson & { metadata?: Record<string, unknown> | null },
  { clusterId, runId }: OutputState,
  { features }: CollectionRow,
) {
  const own = centroidName(facts.feature_name ?? "");
  const name = features.some((feature) => feature.name === own) ? own : (features[0]?.name ?? "centroid");
  const { parameters: _, metadata, ...rest } = facts;
  return {
    document_id: documentId(clusterId, cluster_id),
    payload: { ...metadata, cluster_id, clustering_id: clusterId, run_id: runId, ...rest },
    vectors: vector ? { [name]: vector } : {},
  };
}

async function put({ env, objects }: JobContext, namespaceId: string, collection: CollectionRow, rows: unknown[]) {
  if (rows.length === 0) return;
  const store = collectionStore(env, namespaceId, collection.id);
  const config = { namespaceId, collectionId: collection.id, features: collection.features };
  const { errors } = await importValues({ objects, store, config, batchId: newId("batch") }, rows);
  if (errors[0]) throw new Error(`${errors[0].document_id}: ${errors[0].message}`);
}

/** Documents of clusters that the newest run no longer has; what a user has put there is not ours. */
async function removeGone({ env }: JobContext, namespaceId: string, collectionId: string, state: OutputState) {
  const leaf = (field: string, operator: "eq" | "ne", value: string) =>
    ({ kind: "leaf", field, operator, value, caseSensitive: true }) as const;
  await collectionStore(env, namespaceId, collectionId).delete({
    filters: {
      kind: "and",
      of: [leaf("clustering_id", "eq", state.clusterId), leaf("run_id", "ne", state.runId)],
    },
  });
}
