/** What of a cluster can be written into its members' payloads, and the keys that it can be written to. */

/** Facts by their names on the wire; `metadata.<path>` names a field that labelling gave the cluster. */
export const CLUSTER_FACTS = [
  "cluster_id",
  "cluster_label",
  "label",
  "distance_to_centroid",
  "member_count",
  "summary",
  "keywords",
  "parent_cluster_id",
  "probability",
  "outlier_score",
  "x",
  "y",
  "z",
] as const;
export type ClusterFact = (typeof CLUSTER_FACTS)[number];

/** One fact of the cluster and the payload key that it is written to. */
export interface FieldMapping {
  source_field: string;
  target_field: string;
}

export const METADATA = "metadata.";

const isFact = (name: string): boolean =>
  (CLUSTER_FACTS as readonly string[]).includes(name) || (name.startsWith(METADATA) && name.length > METADATA.length);

/** What is wrong with the mappings: facts that no run has, and keys that cannot be written or are written twice. */
export function mappingIssues(
  mappings: readonly FieldMapping[],
): { path: [number, keyof FieldMapping]; msg: string }[] {
  const seen = new Set<string>();
  return mappings.flatMap(({ source_field: source, target_field: target }, i) => {
    const issues: ReturnType<typeof mappingIssues> = [];
    if (!isFact(source)) {
      const known = [...CLUSTER_FACTS, `${METADATA}*`].join(", ");
      issues.push({ path: [i, "source_field"], msg: `"${source}" is no fact of a cluster; there are ${known}` });
    }
    const wrong = targetProblem(target) ?? (seen.has(target) ? `"${target}" is written twice` : null);
    if (wrong) issues.push({ path: [i, "target_field"], msg: wrong });
    seen.add(target);
    return issues;
  });
}

/** Why nothing can be written to that key of a payload, or null. */
export function targetProblem(target: string): string | null {
  // A payload is merged key by key at its top level, and a filter reads a dot as a step inwards.
  if (target.includes(".")) return `"${target}" has a dot; results are written to top-level keys of the payload`;
  return target === "document_id" || target.startsWith("_") ? `"${target}" is the document's own` : null;
}
