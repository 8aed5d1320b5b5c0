/** A finished run as enrichment reads it: its members by row, its clusters by id, and what it was made from. */
import { centroidRows, openMembers, readCentroids, type TableFile } from "../artifacts";
import type { Db } from "../db/connect";
import type { ExecutionRow } from "../db/executions";
import { groupLabelsOf } from "../db/group-labels";
import { ShoalError } from "../domain/errors";
import type { RunSpec } from "../domain/run/types";
import { keys } from "../objects/keys";
import type { ObjectStore } from "../objects/object-store";
import type { ClusterFacts } from "./fields";

/** The manifest's fields that are read here; docs/data-formats.md lists all. */
export interface RunManifest {
  run_id: string;
  cluster_id: string;
  collection_ids: string[];
  spec: Omit<RunSpec, "definition">;
}

export interface RunTables {
  manifest: RunManifest;
  members: TableFile;
  clusters: Map<string, ClusterFacts>;
  /** Features that were clustered each by itself, in the order of their members; one empty name where there is one clustering. */
  tracks: string[];
}

/** @throws ShoalError `artifacts_not_ready` or `artifacts_not_found` for a run that has not completed */
export function requireArtifacts({ id, status, artifacts }: ExecutionRow): NonNullable<ExecutionRow["artifacts"]> {
  if (artifacts) return artifacts;
  const details = { resource: "execution", run_id: id, status };
  throw status === "failed"
    ? new ShoalError("artifacts_not_found", `Run ${id} failed and has no results.`, details)
    : new ShoalError("artifacts_not_ready", `Run ${id} is ${status}; it has results once it has completed.`, details);
}

export async function readManifest(
  objects: ObjectStore,
  namespaceId: string,
  execution: ExecutionRow,
): Promise<RunManifest> {
  const bytes = await objects.get(keys.artifact(namespaceId, execution.clusterId, execution.id, "manifest.json"));
  if (bytes) return JSON.parse(new TextDecoder().decode(bytes)) as RunManifest;
  throw new ShoalError("artifacts_not_found", `Run ${execution.id} has no manifest.json.`, { run_id: execution.id });
}

export async function openRun(
  { db, objects }: { db: Db; objects: ObjectStore },
  namespaceId: string,
  execution: ExecutionRow,
): Promise<RunTables> {
  const artifacts = requireArtifacts(execution);
  const [manifest, members, clusters] = await Promise.all([
    readManifest(objects, namespaceId, execution),
    openMembers(objects, artifacts.members),
    readClusters(db, objects, execution),
  ]);
  const { independent, features } = manifest.spec;
  return { manifest, members, clusters, tracks: independent ? features.map(({ name }) => name) : [""] };
}

/** The run's clusters without their vectors, under the words that they have by now. */
export async function readClusters(
  db: Db,
  objects: ObjectStore,
  execution: ExecutionRow,
): Promise<Map<string, ClusterFacts>> {
  const clusters = new Map<string, ClusterFacts>();
  for await (const batch of readCentroids(objects, requireArtifacts(execution).centroids)) {
    for (const { centroid_vector: _, ...facts } of centroidRows(batch)) clusters.set(facts.cluster_id, facts);
  }
  for (const [id, words] of await wordsOf(db, execution)) {
    const facts = clusters.get(id);
    if (facts) clusters.set(id, withWords(facts, words));
  }
  return clusters;
}

export type Words = Partial<Pick<ClusterFacts, "label" | "summary" | "keywords" | "metadata">>;

/** What the run's clusters are called by now: names that people gave them win over the run's own. */
export async function wordsOf(db: Db, { id, doc }: ExecutionRow): Promise<Map<string, Words>> {
  const words = new Map<string, Words>((doc.centroids ?? []).map((centroid) => [centroid.cluster_id, centroid]));
  for (const [cluster, given] of (await groupLabelsOf(db, [id])).get(id) ?? []) {
    const { label, summary, keywords } = given;
    const own = words.get(cluster);
    words.set(cluster, { ...own, label, summary: summary ?? own?.summary, keywords: keywords ?? own?.keywords });
  }
  return words;
}

export const withWords = <Facts extends Pick<ClusterFacts, "label" | "summary" | "keywords" | "metadata">>(
  facts: Facts,
  words: Words,
): Facts => ({
  ...facts,
  label: words.label ?? facts.label,
  summary: words.summary ?? facts.summary,
  keywords: words.keywords ?? facts.keywords,
  metadata: words.metadata ?? facts.metadata ?? null,
});

/** The feature that a row of the members belongs to, where each was clustered by itself: each has the same rows. */
export const trackOf = ({ tracks, members }: Pick<RunTables, "tracks" | "members">, row: number): string =>
  tracks[Math.floor((row * tracks.length) / Math.max(1, members.rows))] ?? "";
