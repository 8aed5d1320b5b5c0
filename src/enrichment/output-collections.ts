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

const EXTRACTOR = { feature_extractor_name: "passthrough", version: "v1" };
const NAME_CHARACTERS = 100;

/** What one output collection holds: the clusters of these features. */
export interface OutputShape {
  /** Names of features in `feature_name` of the centroids; null: of all clusters. */
  featureName: string | null;
  features: CollectionFeature[];
}

/** The feature that holds the centroids of some feature's clusters. */
export const centroidFeature = (name: string, dimensions: number): CollectionFeature => ({
  uri: `mixpeek://${EXTRACTOR.feature_extractor_name}@${EXTRACTOR.version}/${name}`,
  name,
  dimensions,
});

/**
 * The collections that the shapes ask for, in their order: those that the cluster has where they fit, new ones elsewhere.
 * Features cannot change, so a run of another dimension gets a collection of its own and the one before stays as it is.
 */
export async function outputCollections(
  context: Pick<JobContext, "env" | "db">,
  cluster: ClusterRow,
  namespaceId: string,
  shapes: OutputShape[],
): Promise<CollectionRow[]> {
  const { db } = context;
  const known = (cluster.doc.output_collection_ids ?? []) as string[];
  const rows = (await Promise.all(known.map((id) => findCollection(db, namespaceId, id)))).filter(
    (row) => row !== null,
  );
  const made: CollectionRow[] = [];
  for (const shape of shapes) {
    const fits = (row: CollectionRow) =>
      same(row.features, shape.features) &&
      ((row.doc.source.feature_name as string | undefined) ?? null) === shape.featureName;
    made.push(rows.find(fits) ?? (await create(context, cluster, namespaceId, shape)));
  }
  return made;
}

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

/** `pixels` of `mixpeek://passthrough@v1/pixels`; of several, joined. */
export const shortName = (featureName: string): string =>
  featureName
    .split(" ")
    .map((uri) => uri.slice(uri.lastIndexOf("/") + 1))
    .join("_");
