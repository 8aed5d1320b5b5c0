/** Bytes that spectral clustering takes beside its matrix, as upper bounds. n rows, d dimensions, k clusters, `count` eigenvectors. */
import { basisSize } from "../graph/lanczos";
import { laplacianBytes } from "../graph/memory";
import { kmeansBytes, matrixBytes } from "../memory";
import { knnBytes } from "../neighbors/memory";
import type { Affinity, SpectralOptions } from "./contract";

/** Neighbours, graph, labels: one after the other, so the largest of them. A graph has at most two directed edges an entry of a list. */
export function spectralBytes(
  affinity: Affinity,
  { clusters, components = clusters, assignLabels }: Pick<SpectralOptions, "clusters" | "components" | "assignLabels">,
  { rows: n, dimensions: d }: { rows: number; dimensions: number },
): number {
  const labels = assignLabels === "kmeans" ? matrixBytes(n, components) + kmeansBytes(n, components, clusters) : 0;
  if (affinity.kind === "rbf") return Math.max(denseBytes(n, components), labels);
  const k = Math.max(1, affinity.neighbors - 1);
  return Math.max(knnBytes({ n, d }, k), laplacianBytes(n, 2 * n * k, components), labels);
}

/** All pairs, their degrees and scales, and the solver's basis. */
function denseBytes(n: number, count: number): number {
  const m = basisSize(n, count);
  return 4 * n * n + 24 * n + 8 * n * (m + count + 1) + 8 * m * (64 + 3 * m + 4) + 64 * m;
}
