/**
 * Output collections of a cluster: one document a cluster of its last run, with the centroid as a dense vector. The number
 * of a centroid's dimensions is known when a run has ended, so that is when they are made.
 */
import type { ClusterRow } from "../db/clusters";
import {
  type CollectionDoc,
  type CollectionRow,
  findCollection,
  insertCollection,
  newCollection,
} from "../db/collections";
import { collectionStore } from "../documents/client";
import type { CollectionFeature } from "../documents/contract";
import { ShoalError } from "../domain/errors";
import type { JobContext } from "../jobs/contract";
import { type OutputShape, shortName } from "./output-shapes";

const EXTRACTOR = { feature_extractor_name: "passthrough", version: "v1" };
const NAME_CHARACTERS = 100;

/**
 * The collection of that shape: one that the cluster has where it fits, a new one elsewhere. Features cannot change, so a run
 * of another dimension gets a collection of its own and the one before stays as it is. Null where there is neither a
 * collection nor a cluster to put into it.
 */
export async function outputCollection(
  context: Pick<JobContext, "env" | "db">,
  cluster: ClusterRow,
  shape: OutputShape,
): Promise<CollectionRow | null> {
  for (const id of (cluster.doc.output_collection_ids ?? []) as string[]) {
    const row = await findCollection(context.db, cluster.namespaceId, id);
    if (row && fits(row, shape)) return row;
  }
  return shape.empty ? null : create(context, cluster, cluster.namespaceId, shape);
}

/** It may have features beside: in this run nothing was found in them. */
const fits = ({ features, doc }: CollectionRow, shape: OutputShape): boolean =>
  (doc.source.feature_name ?? null) === shape.featureName &&
  shape.features.every((wanted) => features.some((feature) => same([feature], [wanted])));

async function create(
  { env, db }: Pick<JobContext, "env" | "db">,
  cluster: ClusterRow,
  namespaceId: string,
  { featureName, features }: OutputShape,
): Promise<CollectionRow> {
  const vectors = features.map(({ name, dimensions }) => [name, { type: "vector", dimensions }]);
  const given: Omit<CollectionDoc, "collection_id" | "created_at" | "updated_at"> = {
    namespace_id: namespaceId,
    collection_name: "",
    description: `One document for each cluster of ${cluster.name}, with its centroid.`,
    source: { type: "cluster", cluster_id: cluster.id, ...(featureName && { feature_name: featureName }) },
    input_schema: { properties: {} },
    output_schema: { properties: Object.fromEntries(vectors) },
    feature_extractor: {
      ...EXTRACTOR,
      feature_extractor_id: `${EXTRACTOR.feature_extractor_name}_${EXTRACTOR.version}`,
      parameters: { features: features.map(({ name, dimensions }) => ({ name, dimensions })) },
    },
    features,
    enabled: true,
    metadata: null,
    schedule: null,
    taxonomy_applications: null,
    cluster_applications: null,
    alert_applications: null,
    retriever_enrichments: null,
  };
  const suffix = featureName ? `_${shortName(featureName)}_clusters` : "_clusters";
  const names = [cluster.name, `${cluster.name}_${cluster.id.slice(-6)}`];
  for (let i = 2; i <= 9; i++) names.push(`${cluster.name}_${cluster.id.slice(-6)}_${i}`);
  for (const name of names) {
    const collection_name = name.slice(0, NAME_CHARACTERS - suffix.length) + suffix;
    const doc = newCollection({ ...given, collection_name });
    const taken = await findCollection(db, namespaceId, collection_name);
    // A step that was cut off has made it and not told the cluster.
    if (taken && taken.doc.source.cluster_id === cluster.id && same(taken.features, features)) return taken;
    if (taken) continue;
    const collectionId = doc.collection_id;
    // The store first: a row must never name a store that does not know its features.
    await collectionStore(env, namespaceId, collectionId).configure({ namespaceId, collectionId, features });
    try {
      await insertCollection(db, doc);
    } catch (error) {
      if (error instanceof ShoalError && error.code === "collection_name_taken") continue;
      throw error;
    }
    return { id: collectionId, name: collection_name, features, doc };
  }
  throw new ShoalError("collection_name_taken", `No name is free for the output collection of ${cluster.id}.`);
}

const same = (one: CollectionFeature[], other: CollectionFeature[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
