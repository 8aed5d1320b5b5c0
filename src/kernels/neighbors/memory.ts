/** What a search for neighbours takes beside its matrices, in bytes, as an upper bound. n queries, m base rows. */

import type { Metric } from "./contract";
import { rawMetric } from "./metric";

/** Principal axes that the filter sees, by dimensions; see docs/design/neighbors.md. */
const AXES = [
  { dimensions: 96, axes: 64 },
  { dimensions: 48, axes: 24 },
];
/** Rows of the sample, in units of axes: asm/neighbors/basis.ts. */
const SAMPLE = 8;
const PADDING_ROWS = 8;

/** Axes of the filter, or 0 where it sees every dimension. */
export function axesOf(m: number, d: number, isProduct: boolean): number {
  const axes = AXES.find(({ dimensions }) => d >= dimensions)?.axes ?? 0;
  return isProduct && m >= SAMPLE * axes ? axes : 0;
}

/** Rows of a block: few where boxes rule most of them out. Whole panels of 12 and of 8 columns. */
export const leafOf = (width: number): number => (width <= 8 ? 48 : 96);

/** Candidates of a query before they are thinned out. */
export const roomOf = (k: number): number => 2 * k + 32;

export interface SessionShape {
  /** Queries. */
  n: number;
  d: number;
  /** Rows of the base, where it is another matrix than the queries'. */
  m?: number;
  /** Euclidean, if none is given. */
  metric?: Metric;
}

/**
 * The base in panels, with norms, boxes and order; beside it first the prepared rows or the sample for the axes, then one block of queries
 * and what the caller keeps for each of its queries and beside it.
 */
export function sessionBytes({ n, d, m: other, metric }: SessionShape, perQuery = 0, kept = 0): number {
  const { angular, isProduct } = rawMetric(metric ?? { name: "euclidean" });
  const m = other ?? n;
  const axes = axesOf(m, d, isProduct);
  const width = axes > 0 ? axes + 1 : d;
  const leaf = leafOf(width);
  const blocks = Math.ceil(m / leaf);
  const base = blocks * (4 * leaf * (width + 3) + 8 * (width + 2));
  const sides = (other === undefined ? n : n + m) * (4 + (angular ? 8 : 0));
  const preparing = Math.max(8 * (SAMPLE + 1) * axes * d - base, 4 * width * (Math.max(n, m) + 2));
  const block = 4 * (leaf + PADDING_ROWS) * (width + leaf + 3) + leaf * perQuery + kept + 8 * (width + blocks);
  return base + sides + Math.max(preparing, block) + 8 * d * (axes + 2) + 2_048;
}

const queryBytes = (k: number): number => 12 + 8 * k + 8 * roomOf(k);

/** The session, and the lists and candidates of a block. */
export const knnBytes = (shape: SessionShape, k: number): number => sessionBytes(shape, queryBytes(k));

/** The same, with centres, all lists and a mark a row. */
export function approximateBytes(shape: SessionShape, k: number): number {
  const { n, d } = shape;
  const centers = 4 * Math.ceil(n / leafOf(2)) * d;
  return centers + sessionBytes(shape, queryBytes(k), 8 * n * k + 4 * (n + k));
}

/**
 * Rows up to which neighbours are searched exactly where one isolate holds them. In 50 dimensions the exact way takes 1.5 s there and the
 * approximate one 1.8 s; at 35,000 rows 4.4 s and 3.5 s: docs/design/neighbors.md.
 */
export const EXACT_ROWS = 20_000;
