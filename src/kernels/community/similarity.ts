import type { Slices } from "../contract";
import type { Graph } from "../graph/contract";
import { symmetricGraph } from "../graph/graph";
import type { Metric, NeighborLists } from "../neighbors/contract";
import { sliceRows } from "../slices";

/** Least cosine similarity of an edge: neighbours at a right angle or beyond stay connected, barely. */
const LEAST_SIMILARITY = 1e-6;

/** By which slices are cut. */
const OPERATIONS_PER_ENTRY = 100;

/** Neighbour lists as the graph that Leiden reads: their undirected union, weighted by cosine similarity, or else by 1 / (1 + distance). */
export function* similarityGraph(lists: NeighborLists, metric: Metric): Slices<Graph> {
  const similarity =
    metric.name === "cosine"
      ? (distance: number) => Math.max(1 - distance, LEAST_SIMILARITY)
      : (distance: number) => 1 / (1 + distance);
  const { distances } = lists;
  const weights = new Float32Array(distances.length);
  yield* sliceRows(distances.length, OPERATIONS_PER_ENTRY, (from, to) => {
    for (let e = from; e < to; e++) weights[e] = similarity(distances[e]!);
  });
  return yield* symmetricGraph(lists, weights, Math.max);
}
