import type { SpectralParams } from "../../domain/definition/params/spectral";
import { connectivity, type SpectralOptions } from "../../kernels";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { spectralBytes, spectralGraphBytes } from "../../kernels/spectral/memory";
import type { FittedMethod, NeighborWish, Sizes } from "./method";
import { refuseMoreThan, unsupported, withoutEffect } from "./parameters";

const AFFINITIES = ["rbf", "nearest_neighbors"];
/** CPU milliseconds, see docs/design/planner.md. Of a pair of rows with `rbf`, its dimensions and the eigenvectors. */
const PAIR_MS = 1e-5;
const PAIR_DIMENSION_MS = 2.2e-7;
const PAIR_VECTOR_MS = 1.5e-6;
/** Of a row of the graph: an eigenvector, and a neighbour. */
const VECTOR_MS = 2.2e-3;
const NEIGHBOR_MS = 2e-4;

const isGraph = ({ affinity }: SpectralParams): boolean => affinity === "nearest_neighbors";

/** The row itself is one of its neighbours. */
const listed = ({ n_neighbors }: SpectralParams, rows: number): number =>
  Math.max(1, Math.min(n_neighbors - 1, rows - 1));

const wish = (params: SpectralParams, { rows }: Sizes): NeighborWish | null =>
  isGraph(params) ? { metric: { name: "euclidean" }, k: listed(params, rows) } : null;

const optionsOf = (params: SpectralParams): Omit<SpectralOptions, "seed"> => ({
  clusters: params.n_clusters,
  components: params.n_components ?? params.n_clusters,
  assignLabels: params.assign_labels,
  restarts: params.n_init,
  tolerance: params.eigen_tol,
});

export const spectral: FittedMethod<SpectralParams> = {
  kind: "fitted",
  cap: "pairwiseRows",
  clusters: ({ n_clusters }) => n_clusters,
  neighbors: wish,

  review(params) {
    const { affinity } = params;
    if (!AFFINITIES.includes(affinity)) throw unsupported("affinity", affinity, AFFINITIES);
    const other = `affinity ${affinity} does not take it`;
    return withoutEffect(params, {
      eigen_solver: [null, "eigenvectors are found by Lanczos iterations"],
      degree: [3, other],
      coef0: [1, other],
      kernel_params: [null, other],
      ...(isGraph(params) ? { gamma: [1, other] } : { n_neighbors: [10, other] }),
    });
  },

  check: ({ n_clusters }, { rows }) => refuseMoreThan(rows, "n_clusters", n_clusters),

  plan(params, { rows, dimensions }) {
    const options = optionsOf(params);
    const vectors = params.n_components ?? params.n_clusters;
    if (!isGraph(params)) {
      const work = spectralBytes({ kind: "rbf", gamma: params.gamma }, options, { rows, dimensions });
      return {
        method: `spectral, affinities of all pairs (rbf, gamma ${params.gamma})`,
        bytes: BASE_BYTES + matrixBytes(rows, dimensions) + work,
        cpuMs: rows * rows * (PAIR_MS + PAIR_DIMENSION_MS * dimensions + PAIR_VECTOR_MS * vectors),
      };
    }
    const k = listed(params, rows);
    return {
      method: `spectral, graph of ${params.n_neighbors} neighbours`,
      bytes: BASE_BYTES + spectralGraphBytes(k, options, rows),
      cpuMs: rows * (VECTOR_MS * vectors + NEIGHBOR_MS * k),
    };
  },

  async fit({ params, rows, dimensions, seed, kernels, matrix, neighbors, run, spent }) {
    const options = { ...optionsOf(params), seed };
    const asked = wish(params, { rows, dimensions });
    if (asked === null) {
      const { labels } = await run(kernels.spectral(await matrix(), { kind: "rbf", gamma: params.gamma }, options));
      return { labels };
    }
    const lists = await neighbors(asked);
    // The graph takes the matrix's place, where a sample was searched for its neighbours.
    spent();
    // Its own only neighbour: a graph without edges.
    const own = params.n_neighbors > 1 ? lists : { ...lists, neighbors: lists.neighbors.map(() => -1) };
    const graph = await run(connectivity(own));
    const { labels } = await run(kernels.spectralOfGraph(graph, options));
    return { labels };
  },
};
