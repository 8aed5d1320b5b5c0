import Graph from "graphology";
import louvain from "graphology-communities-louvain";
import { measure, request } from "./lib.mjs";

/** Louvain's method: there is no Leiden. The graph of cosine neighbours is made before the time is taken, as it is for us. */
const { data, params } = request();
const unit = data.map((row) => {
  const length = Math.hypot(...row) || 1;
  return row.map((value) => value / length);
});
const graph = new Graph({ type: "undirected" });
for (const row of unit.keys()) graph.addNode(row);
for (const [row, own] of unit.entries()) {
  const nearest = unit
    .map((other, i) => [i, own.reduce((sum, value, t) => sum + value * other[t], 0)])
    .filter(([i]) => i !== row)
    .sort((a, b) => b[1] - a[1])
    .slice(0, params.neighbors);
  for (const [i, weight] of nearest) graph.mergeEdge(row, i, { weight: Math.max(weight, 1e-6) });
}
measure(
  () => louvain.detailed(graph, { getEdgeWeight: "weight" }),
  ({ modularity, count }) => ({ modularity, communities: count }),
);
