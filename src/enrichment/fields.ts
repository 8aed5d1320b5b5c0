/** Which facts of a document's cluster are written into its payload, and under which keys. Pure. */
import type { CentroidJson, MemberRow } from "../artifacts/contract";
import { type ClusterFact, type FieldMapping, METADATA } from "../domain/definition/cluster-facts";

/** A cluster of a run without its centroid: what enrichment can write of it. */
export type ClusterFacts = Omit<CentroidJson, "centroid_vector"> & { metadata?: Record<string, unknown> | null };

type Read = (member: MemberRow, cluster: ClusterFacts | null) => unknown;

const FACTS: Record<ClusterFact, Read> = {
  cluster_id: (member) => member.cluster_id,
  cluster_label: (member, cluster) => cluster?.label ?? member.cluster_label,
  label: (member, cluster) => cluster?.label ?? member.cluster_label,
  distance_to_centroid: (member) => member.distance_to_centroid,
  member_count: (_, cluster) => cluster?.num_members ?? null,
  summary: (_, cluster) => cluster?.summary ?? null,
  keywords: (_, cluster) => cluster?.keywords ?? null,
  parent_cluster_id: (_, cluster) => cluster?.parent_cluster_id ?? null,
  probability: (member) => member.probability,
  outlier_score: (member) => member.outlier_score,
  x: (member) => member.x,
  y: (member) => member.y,
  z: (member) => member.z,
};
export const DEFAULT_MAPPINGS: readonly FieldMapping[] = ["cluster_id", "cluster_label", "distance_to_centroid"].map(
  (field) => ({ source_field: field, target_field: field }),
);

/** The payload key of a fact that is asked for by its name alone: it must not take the place of a field of the user's. */
export function targetOf(source: string): string {
  const name = source.startsWith(METADATA) ? source.slice(METADATA.length) : source;
  return name.includes("cluster") || name === "distance_to_centroid" ? name : `cluster_${name}`;
}

export const mappingsOf = (fields: readonly string[]): FieldMapping[] =>
  fields.map((field) => ({ source_field: field, target_field: targetOf(field) }));

/** What is merged into a member's payload. `cluster` is null for noise. Every mapped key is there, so that no older value stays. */
export function patchOf(
  mappings: readonly FieldMapping[],
  prefix: string,
  member: MemberRow,
  cluster: ClusterFacts | null,
): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const { source_field: source, target_field: target } of mappings) {
    const fact = (FACTS as Record<string, Read>)[source];
    patch[prefix + target] =
      (fact ? fact(member, cluster) : metadataOf(cluster, source.slice(METADATA.length))) ?? null;
  }
  return patch;
}

function metadataOf(cluster: ClusterFacts | null, path: string): unknown {
  let value: unknown = cluster?.metadata;
  for (const step of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[step];
  return value;
}

/** Before the keys of one run where several enrich at once: its cluster's name in plain letters. */
export const prefixOf = (clusterName: string): string => `${clusterName.replaceAll(/[^A-Za-z0-9]+/g, "_")}_`;
