/** What a cut may ask for, and which of it goes with which method. */
import type { AgglomerativeParams } from "../../domain/definition/params/agglomerative";
import type { HdbscanParams } from "../../domain/definition/params/hdbscan";
import { type FieldIssue, ShoalError } from "../../domain/errors";
import type { VectorMethodSpec } from "../../domain/run/methods";
import type { Cut, SelectionOptions } from "../../kernels";

export interface CutRequest {
  n_clusters?: number | null | undefined;
  distance_threshold?: number | null | undefined;
  cluster_selection_epsilon?: number | null | undefined;
  cluster_selection_method?: "eom" | "leaf" | null | undefined;
  min_cluster_size?: number | null | undefined;
  resolution?: number | null | undefined;
}

/** The fields that say where to cut, by method. */
const FIELDS = {
  agglomerative: ["n_clusters", "distance_threshold"],
  hdbscan: ["cluster_selection_epsilon", "cluster_selection_method", "min_cluster_size"],
  leiden: ["resolution"],
} as const satisfies Record<string, readonly (keyof CutRequest)[]>;

const ALL: readonly (keyof CutRequest)[] = [
  "n_clusters",
  "distance_threshold",
  "cluster_selection_epsilon",
  "cluster_selection_method",
  "min_cluster_size",
  "resolution",
];

export type CutMethod = Extract<VectorMethodSpec, { kind: keyof typeof FIELDS }>;

/** Throws `algorithm_not_available` for a method that keeps no tree, `validation_failed` for fields that do not go with the method. */
export function checkCut(method: { kind: string }, request: CutRequest): asserts method is CutMethod {
  const fields: readonly string[] | undefined = FIELDS[method.kind as keyof typeof FIELDS];
  if (!fields)
    throw new ShoalError(
      "algorithm_not_available",
      `a run of ${method.kind} keeps no tree or graph that can be cut; runs of ${Object.keys(FIELDS).join(", ")} do: execute again with other parameters`,
      { field: "clustering_method", value: method.kind, available: Object.keys(FIELDS) },
    );
  const given = ALL.filter((name) => request[name] !== undefined && request[name] !== null);
  const issues: FieldIssue[] = given
    .filter((name) => !fields.includes(name))
    .map((name) => ({
      loc: ["body", name],
      msg: `does not go with ${method.kind}, which is cut by ${fields.join(" or ")}`,
      type: "not_applicable",
    }));
  if (method.kind === "agglomerative" && given.length > 1 && issues.length === 0)
    issues.push({
      loc: ["body", "distance_threshold"],
      msg: `contradicts n_clusters ${request.n_clusters}: give one of the two`,
      type: "contradiction",
    });
  if (issues.length === 0) return;
  const { loc, msg } = issues[0]!;
  throw new ShoalError("validation_failed", `${loc.slice(1).join(".")} ${msg}`, { field: loc.at(-1) }, issues);
}

/** The run's own cut where the request names none. */
export function mergeCut(params: AgglomerativeParams, { n_clusters, distance_threshold }: CutRequest): Cut {
  if (typeof n_clusters === "number") return { clusters: n_clusters };
  if (typeof distance_threshold === "number") return { distanceThreshold: distance_threshold };
  return params.n_clusters === null
    ? { distanceThreshold: params.distance_threshold! }
    : { clusters: params.n_clusters };
}

export interface DensityCut extends SelectionOptions {
  minClusterSize: number;
}

/** The run's own parameters where the request names none. Throws `validation_failed` for clusters smaller than the kept tree's. */
export function densityCut(params: HdbscanParams, request: CutRequest): DensityCut {
  const least = params.min_cluster_size;
  const wanted = request.min_cluster_size ?? least;
  if (wanted < least)
    throw new ShoalError(
      "validation_failed",
      `min_cluster_size ${wanted} is below the run's ${least}: the kept tree has no smaller clusters`,
      { field: "min_cluster_size", value: wanted, limit: least },
      [
        {
          loc: ["body", "min_cluster_size"],
          msg: `must be at least ${least}, the run's own`,
          type: "greater_than_equal",
        },
      ],
    );
  // The original implementation takes clusters larger than the least size only.
  const shift = params.match_reference_implementation ? 1 : 0;
  return {
    minClusterSize: wanted + shift,
    clusterSelectionMethod: request.cluster_selection_method ?? params.cluster_selection_method,
    clusterSelectionEpsilon: request.cluster_selection_epsilon ?? params.cluster_selection_epsilon,
    maxClusterSize: params.max_cluster_size,
    allowSingleCluster: params.allow_single_cluster,
    matchReferenceImplementation: params.match_reference_implementation,
  };
}
