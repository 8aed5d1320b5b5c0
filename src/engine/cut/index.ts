/** Another level of a run's kept tree: clusters without a new run. The same cut as the run's own gives the run's labels. */
import type { MethodTableFile } from "../../artifacts";
import { cutTree, recondense, selectClusters } from "../../kernels";
import type { ObjectStore } from "../../objects/object-store";
import { communities } from "./leiden";
import { type CutMethod, type CutRequest, densityCut, mergeCut } from "./request";
import { readCondensedTree, readGraph, readMergeTree } from "./trees";

export { MOST_KEPT_ROWS } from "./bounds";
export { type CutMethod, type CutRequest, checkCut } from "./request";

export interface CutClusters {
  /** By row of members.parquet: number of its cluster by size, -1 for noise and for rows that the tree does not hold. */
  labels: Int32Array;
  /** The same: strength of membership where the method has one. */
  probabilities: Float32Array | null;
  /** Members by cluster, largest first. */
  sizes: number[];
  /** Rows of the members that the tree does not hold: noise set aside before, and rows outside of a sample. */
  outside: number;
}

/** The run that is cut. */
export interface CutSource {
  objects: ObjectStore;
  /** Key of a kept table. */
  table(file: MethodTableFile): string;
  /** Rows of members.parquet. */
  members: number;
  seed: number;
  /** The build of the kernels that the run used. */
  kernels(): Promise<WebAssembly.Module>;
}

export async function cutRun(source: CutSource, method: CutMethod, request: CutRequest): Promise<CutClusters> {
  const { objects, table, members, seed } = source;
  if (method.kind === "leiden") {
    const { tree, places } = await readGraph(objects, table("graph.parquet"), members);
    const resolution = request.resolution ?? method.params.resolution;
    const { labels } = await communities(await source.kernels(), tree, method.params, resolution, seed);
    return placed(members, places, labels, null);
  }
  if (method.kind === "agglomerative") {
    const { tree, places } = await readMergeTree(objects, table("tree.parquet"), members);
    return placed(members, places, cutTree(tree, mergeCut(method.params, request)).labels, null);
  }
  const { tree, places } = await readCondensedTree(objects, table("condensed_tree.parquet"), members);
  const { minClusterSize, ...selection } = densityCut(method.params, request);
  const { labels, probabilities } = selectClusters(recondense(tree, minClusterSize), selection);
  return placed(members, places, labels, probabilities);
}

/** Numbers clusters as a run does: by size, then in the method's order. */
function placed(members: number, places: Int32Array, own: Int32Array, strengths: Float32Array | null): CutClusters {
  const counts: number[] = [];
  for (const label of own) if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
  const bySize = [...counts.keys()].filter((label) => counts[label]).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const rank = new Map(bySize.map((label, i) => [label, i]));
  const labels = new Int32Array(members).fill(-1);
  const probabilities = strengths && new Float32Array(members).fill(Number.NaN);
  for (const [point, row] of places.entries()) {
    labels[row] = rank.get(own[point]!) ?? -1;
    if (probabilities) probabilities[row] = strengths[point]!;
  }
  return {
    labels,
    probabilities,
    sizes: bySize.map((label) => counts[label]!),
    outside: members - places.length,
  };
}
