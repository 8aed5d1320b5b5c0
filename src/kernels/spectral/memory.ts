/** Bytes that spectral clustering takes beside its matrix, as upper bounds. n rows, d dimensions, k clusters, `count` eigenvectors. */
import { basisSize } from "../graph/lanczos";
import { laplacianBytes } from "../graph/memory";
import { kmeansBytes, matrixBytes } from "../memory";
import { knnBytes } from "../neighbors/memory";
import type { Affinity, SpectralOptions } from "./contract";

type Shape = Pick<SpectralOptions, "clusters" | "components" | "assignLabels">;

/** The whole of it, one stage after the other: neighbours or all pairs, then eigenvectors, then labels. */
export function spectralBytes(
  affinity: Affinity,
  options: Shape,
  { rows: n, dimensions: d }: { rows: number; dimensions: number },
): number {
  const { clusters, components = clusters } = options;
  if (affinity.kind === "rbf") return Math.max(denseBytes(n, components), labelBytes(n, options));
  const k = Math.max(1, affinity.neighbors - 1);
  return Math.max(knnBytes({ n, d }, k), spectralGraphBytes(k, options, n));
}

/** From lists of k neighbours on. A graph has at most two directed edges an entry of a list. */
export function spectralGraphBytes(k: number, options: Shape, n: number): number {
  const { clusters, components = clusters } = options;
  return Math.max(laplacianBytes(n, 2 * n * k, components), labelBytes(n, options));
}

const labelBytes = (n: number, { clusters, components = clusters, assignLabels }: Shape): number =>
  assignLabels === "kmeans" ? matrixBytes(n, components) + kmeansBytes(n, components, clusters) : 0;

/** All pairs, their degrees and scales, and the solver's basis. */
function denseBytes(n: number, count: number): number {
  const m = basisSize(n, count);
  return 4 * n * n + 24 * n + 8 * n * (m + count + 1) + 8 * m * (64 + 3 * m + 4) + 64 * m;
}
