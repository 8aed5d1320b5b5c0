/** A run that names the clusters of an earlier one anew, without clustering: what it takes over. */
import type { Warning } from "../definition/model";
import type { FileInfo } from "./results";
import type { FrozenCount } from "./state";
import type { Containment } from "./tracks";
import type { MapSpec, RunMetrics, RunSpec } from "./types";

export interface ReusedRun {
  runId: string;
  /** Keys of its tables. */
  artifacts: { members: string; centroids: string; hierarchy: string | null };
  /** What its method keeps for reuse. */
  tables: FileInfo[];
  frozen: FrozenCount[];
  /** As its manifest tells them. */
  rows: { total: number; clustered: number; noise: number; without_vector: number; fitted: number };
  map: MapSpec | null;
  exact: boolean;
  metrics: RunMetrics | null;
  relationships?: Containment[];
  learnedWeights?: { weights: Record<string, number>; score: number | null };
  audits: Record<string, unknown>;
  auto?: unknown;
  warnings: Warning[];
}

/** Fields of a spec that have no say in how documents are clustered. */
type Apart = "runId" | "taskId" | "createdAt" | "warnings" | "definition" | "labeling" | "reuse";
const APART: readonly string[] = [
  "runId",
  "taskId",
  "createdAt",
  "warnings",
  "definition",
  "labeling",
  "reuse",
] satisfies Apart[];

/** Whether two specs cluster in the same way. Both may have been stored as JSON. */
export const clustersAlike = (a: Partial<RunSpec>, b: Partial<RunSpec>): boolean =>
  clusteringText(a) === clusteringText(b);

function clusteringText(spec: Partial<RunSpec>): string {
  return sortedJson(Object.fromEntries(Object.entries(spec).filter(([key]) => !APART.includes(key))));
}

/** JSON whose objects have their keys in code unit order: equal values, equal texts. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** Whether the run reads payloads to find or to cluster its documents, so that edits of them count. */
export const readsPayloads = ({
  method,
  filters,
  faceMerge,
}: Pick<RunSpec, "method" | "filters" | "faceMerge">): boolean =>
  filters !== null || method.kind === "attribute" || faceMerge !== undefined;

/** What a manifest says of its run, as `engine/manifest.ts` writes it. */
export interface RunManifest
  extends Pick<ReusedRun, "rows" | "map" | "metrics" | "audits" | "auto" | "relationships" | "warnings"> {
  result: "exact" | "approximate";
  learned_weights?: ReusedRun["learnedWeights"];
  /** Absent from runs of versions that did not note it. */
  collections?: (FrozenCount & { collection_id: string })[];
  files: FileInfo[];
  spec: RunSpec;
}

/** What a run takes over of one that has finished. */
export function reusedRun(
  runId: string,
  { members, centroids, hierarchy }: ReusedRun["artifacts"],
  manifest: RunManifest,
): ReusedRun {
  const { rows, map, metrics, audits, auto, relationships, warnings, learned_weights: learnedWeights } = manifest;
  const named: (string | null)[] = [members, centroids, hierarchy];
  return {
    runId,
    artifacts: { members, centroids, hierarchy },
    tables: manifest.files.filter(({ key }) => !named.includes(key)),
    frozen: (manifest.collections ?? []).map(({ collection_id: _, ...count }) => count),
    rows,
    map,
    exact: manifest.result === "exact",
    metrics,
    audits,
    warnings,
    ...(auto !== undefined && { auto }),
    ...(relationships && { relationships }),
    ...(learnedWeights && { learnedWeights }),
  };
}
