import type { Graph } from "../graph/contract";
import { symmetricGraph } from "../graph/graph";
import type { Metric, NeighborLists } from "../neighbors/contract";

/** Least cosine similarity of an edge: neighbours at a right angle or beyond stay connected, barely. */
const LEAST_SIMILARITY = 1e-6;

/** Neighbour lists as the graph that Leiden reads: their undirected union, weighted by cosine similarity, or else by 1 / (1 + distance). */
export function similarityGraph(lists: NeighborLists, metric: Metric): Graph {
  const similarity =
    metric.name === "cosine"
      ? (distance: number) => Math.max(1 - distance, LEAST_SIMILARITY)
      : (distance: number) => 1 / (1 + distance);
  return symmetricGraph(lists, lists.distances.map(similarity), Math.max);
}
