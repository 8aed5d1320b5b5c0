/** What a sample of the rows looks like: how many dimensions it fills, and how much its density varies. */
import type { NeighborLists } from "../../../kernels/neighbors/contract";
import type { Fit } from "../method";

export interface Survey {
  /** Dimensions that the rows fill, by their two nearest neighbours; null where too few rows differ. */
  intrinsicDimension: number | null;
  /** Density at the densest tenth of the rows over that at the sparsest, in powers of ten; null likewise. */
  densityRange: number | null;
}

/** Neighbour whose distance stands for the density at a row. */
const DENSITY_NEIGHBOR = 10;
/** Share of the largest ratios that the estimate leaves out: outliers bend it, as its authors found. */
const LEFT_OUT = 0.1;
const LEAST_ROWS = 20;

export async function survey(sample: Fit<unknown>): Promise<Survey> {
  const lists = await sample.neighbors({ metric: { name: "euclidean" }, k: DENSITY_NEIGHBOR });
  return sample.compute(() => {
    const log = (x: number) => sample.kernels.log(x);
    const intrinsicDimension = twoNearest(lists, sample.dimensions, log);
    return { intrinsicDimension, densityRange: densityRange(lists, intrinsicDimension, log) };
  });
}

/**
 * Two-NN (Facco, d'Errico, Rodriguez & Laio 2017): in m dimensions of locally even density the ratio of the second to the first
 * neighbour's distance is Pareto distributed with exponent m, which is fitted as the slope of −ln(1 − F) over ln of the ratio.
 */
function twoNearest(
  { rows, k, distances }: NeighborLists,
  dimensions: number,
  log: (x: number) => number,
): number | null {
  if (k < 2) return null;
  const ratios: number[] = [];
  for (let row = 0; row < rows; row++) {
    const nearest = distances[row * k]!;
    if (nearest > 0) ratios.push(distances[row * k + 1]! / nearest);
  }
  if (ratios.length < LEAST_ROWS) return null;
  const ordered = Float64Array.from(ratios).sort();
  const used = Math.floor((1 - LEFT_OUT) * ordered.length);
  let [products, squares] = [0, 0];
  for (let i = 0; i < used; i++) {
    const x = log(ordered[i]!);
    products += -log(1 - (i + 1) / ordered.length) * x;
    squares += x * x;
  }
  // Equal distances everywhere, as in a lattice, say nothing of the dimension.
  return squares > 0 ? Math.min(products / squares, dimensions) : null;
}

/** Density goes with the distance to the tenth neighbour to the power of −m. */
function densityRange(
  { rows, k, distances }: NeighborLists,
  m: number | null,
  log: (x: number) => number,
): number | null {
  if (m === null) return null;
  const radii = Float64Array.from({ length: rows }, (_, row) => distances[row * k + k - 1]!).sort();
  const [dense, sparse] = [radii[Math.floor(rows / 10)]!, radii[Math.floor((9 * rows) / 10)]!];
  return dense > 0 ? (m * log(sparse / dense)) / log(10) : null;
}
