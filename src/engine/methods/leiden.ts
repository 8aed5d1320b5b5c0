import type { LeidenParams } from "../../domain/definition/params/leiden";
import type { Graph } from "../../kernels";
import { leidenBytes } from "../../kernels/community/memory";
import { similarityGraph } from "../../kernels/community/similarity";
import { BASE_BYTES } from "../../kernels/memory";
import { MOST_KEPT_ROWS } from "../cut/bounds";
import { metricOf } from "../metric";
import type { FittedMethod, NeighborWish, Sizes } from "./method";
import { withoutPower } from "./parameters";
import type { MethodTable } from "./tables";

/** Arcs of the graph for each entry of the lists: 1 where all neighbours are mutual, 2 where none are; measured 1.2 to 1.5. */
const ARCS_PER_ENTRY = 1.7;
/** CPU milliseconds of an arc and pass, and passes until nothing moves; see docs/design/communities.md. */
const MS_PER_ARC = 1.4e-4;
const STABLE_PASSES = 15;

const arcsOf = ({ n_neighbors }: LeidenParams, rows: number): number => ARCS_PER_ENTRY * n_neighbors * rows;

const wish = ({ metric, n_neighbors }: LeidenParams, { rows }: Sizes): NeighborWish => ({
  metric: metricOf(metric),
  k: Math.max(1, Math.min(n_neighbors, rows - 1)),
});

export const leiden: FittedMethod<LeidenParams> = {
  kind: "fitted",
  cap: "fittedRows",
  metric: ({ metric }) => metricOf(metric),
  neighbors: wish,

  review({ metric }) {
    metricOf(metric);
    return withoutPower(metric);
  },

  plan(params, { rows }) {
    const arcs = arcsOf(params, rows);
    const passes = params.n_iterations === -1 ? STABLE_PASSES : params.n_iterations;
    return {
      method: `Leiden (${params.objective_function}) on the graph of ${params.n_neighbors} neighbours`,
      bytes: BASE_BYTES + Math.ceil(leidenBytes(rows, arcs)),
      cpuMs: (passes + 1) * arcs * MS_PER_ARC,
    };
  },

  async fit({ params, rows, dimensions, seed, kernels, neighbors, run, spent }) {
    const lists = await neighbors(wish(params, { rows, dimensions }));
    // The graph takes the matrix's place, where a sample was searched for its neighbours.
    spent();
    const graph = await run(similarityGraph(lists, metricOf(params.metric)));
    const { labels, quality, modularity } = await run(
      kernels.leiden(graph, {
        objective: params.objective_function,
        resolution: params.resolution,
        iterations: params.n_iterations,
        minClusterSize: params.min_cluster_size,
        seed,
      }),
    );
    return { labels, objectives: { quality, modularity }, tables: keptGraph(graph) };
  },
};

/** Every edge once, so that communities at another resolution need no search for neighbours; none of a graph that no cut could read. */
function keptGraph({ nodes, offsets, neighbors, weights }: Graph): MethodTable[] {
  const rows = neighbors.length / 2;
  if (rows > MOST_KEPT_ROWS) return [];
  const columns = { source: new Int32Array(rows), target: new Int32Array(rows), weight: new Float32Array(rows) };
  let edge = 0;
  for (let node = 0; node < nodes; node++)
    for (let at = offsets[node]!; at < offsets[node + 1]!; at++) {
      if (neighbors[at]! < node) continue;
      columns.source[edge] = node;
      columns.target[edge] = neighbors[at]!;
      columns.weight[edge++] = weights[at]!;
    }
  return [{ file: "graph.parquet", rows, columns }];
}
