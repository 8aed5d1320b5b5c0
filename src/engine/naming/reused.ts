/** The clusters of an earlier run and their members, from its tables. */
import {
  type CentroidRow,
  centroidRows,
  type HierarchyRow,
  type MemberBatch,
  readCentroids,
  readHierarchy,
  readMembers,
} from "../../artifacts";
import type { ReusedRun } from "../../domain/run/reuse";
import type { ObjectStore } from "../../objects/object-store";
import type { TaskContext } from "../context";
import type { ClusterSource, Ids, NamedCluster } from "./source";

export async function reusedSource(context: TaskContext, { artifacts }: ReusedRun): Promise<ClusterSource> {
  const { objects, spec, plan } = context;
  // What an attribute's clusters are called is their values.
  const given = (label: string | null) => (spec.method.kind === "attribute" ? label : null);
  const clusters = new Map<string, NamedCluster>();
  for await (const row of reusedCentroids(objects, artifacts.centroids))
    clusters.set(row.clusterId, {
      id: row.clusterId,
      parentId: row.parentClusterId,
      feature: row.featureName,
      members: row.numMembers,
      variance: row.variance,
      given: given(row.label),
    });
  for (const { clusterId: id, parentClusterId, numMembers, label } of await reusedHierarchy(
    objects,
    artifacts.hierarchy,
  ))
    if (!clusters.has(id))
      clusters.set(id, {
        id,
        parentId: parentClusterId,
        feature: null,
        members: numMembers,
        variance: null,
        given: given(label),
      });
  return {
    clusters: [...clusters.values()],
    peek: (places, rows) => peek(objects, artifacts.members, places, rows, plan.shape.rows),
    members: () => reusedMembers(objects, artifacts.members),
  };
}

/** Rows of the table, those of one collection at a time. */
export async function* reusedMembers(objects: ObjectStore, key: string): AsyncGenerator<MemberBatch> {
  for await (const { rows, columns } of readMembers(objects, key)) {
    const collections = columns.collection_id as string[];
    for (let from = 0; from < rows; ) {
      let to = from + 1;
      while (to < rows && collections[to] === collections[from]) to += 1;
      yield memberBatch(columns, from, to);
      from = to;
    }
  }
}

function memberBatch(columns: Record<string, ArrayLike<unknown>>, from: number, to: number): MemberBatch {
  const slice = <T>(name: string) => Array.prototype.slice.call(columns[name], from, to) as T[];
  const floats = (name: string) => Float32Array.from(slice<number | null>(name), (value) => value ?? Number.NaN);
  const places = slice<ArrayLike<number>>("coordinates");
  const components = (places[0]?.length ?? 0) as 0 | 2 | 3;
  return {
    documentIds: slice("document_id"),
    collectionId: columns.collection_id![from] as string,
    clusterIds: slice("cluster_id"),
    clusterLabels: slice("cluster_label"),
    distances: floats("distance_to_centroid"),
    components,
    coordinates: Float32Array.from(places.flatMap((place) => Array.from(place))),
    probabilities: floats("probability"),
    outlierScores: floats("outlier_score"),
  };
}

export async function* reusedCentroids(objects: ObjectStore, key: string): AsyncGenerator<CentroidRow> {
  for await (const batch of readCentroids(objects, key))
    for (const row of centroidRows(batch)) {
      const { x, y, z } = row;
      yield {
        clusterId: row.cluster_id,
        vector: row.centroid_vector && Float32Array.from(row.centroid_vector),
        numMembers: row.num_members,
        variance: row.variance,
        label: row.label,
        summary: row.summary,
        keywords: row.keywords,
        featureName: row.feature_name,
        featureDimensions: row.feature_dimensions,
        parentClusterId: row.parent_cluster_id,
        hierarchyLevel: row.hierarchy_level,
        coordinates: x === null || y === null ? null : z === null ? [x, y] : [x, y, z],
        representatives: row.representatives,
        algorithm: row.algorithm,
        parameters: row.parameters,
        reductionMethod: row.reduction_method,
      };
    }
}

export async function reusedHierarchy(objects: ObjectStore, key: string | null): Promise<HierarchyRow[]> {
  const rows: HierarchyRow[] = [];
  if (key === null) return rows;
  for await (const { rows: count, columns } of readHierarchy(objects, key))
    for (let i = 0; i < count; i++)
      rows.push({
        clusterId: columns.cluster_id![i] as string,
        parentClusterId: columns.parent_cluster_id![i] as string | null,
        level: columns.level![i] as number,
        numMembers: columns.num_members![i] as number,
        label: columns.label![i] as string | null,
      });
  return rows;
}

async function peek(objects: ObjectStore, key: string, places: number[], limit: number, rows: number): Promise<Ids[]> {
  const found: Ids[] = [];
  let end = 0;
  for (const place of places) {
    const offset = Math.max(end, Math.floor(place * Math.max(0, rows - limit)));
    end = offset + limit;
    for await (const batch of readMembers(objects, key, { offset, limit, clusterIds: null })) {
      const ids = batch.columns.document_id as string[];
      const collections = batch.columns.collection_id as string[];
      const groups = Map.groupBy(ids.keys(), (i) => collections[i]!);
      for (const [collectionId, own] of groups) found.push({ collectionId, documentIds: own.map((i) => ids[i]!) });
    }
  }
  return found;
}
