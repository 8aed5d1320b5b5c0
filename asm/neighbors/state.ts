/**
 * What a search for neighbours works on: the space of the filter, the two sides, and one block of queries with its candidates. Laid out by
 * the façade in src/kernels/neighbors/session.ts.
 *
 * The filter sees prepared rows of `width` values: scaled rows for distances that are sums of differences; centred ones for products; and
 * in many dimensions their coordinates on a few principal axes, with the length of the rest as one more: the distance between two such
 * rows is never above the true one.
 */
import { CHEBYSHEV, COSINE, EUCLIDEAN, MANHATTAN, MINKOWSKI } from "./metric";
import { setPower } from "./power";

/** Limit of a query that takes every row: below the largest float, at which columns of padding start. */
export const NO_LIMIT: f32 = 1e38;
/** Powers from which the largest difference is the filter: smaller ones would lose theirs below float32. */
const LARGEST_POWER: f64 = 8;
const HALF_ULP: f64 = 1.0 / 16777216.0;

/** What the tiles compute: a lower bound of the distance, or of something that grows with it. */
export const PRODUCT = 0;
export const SUM = 1;
export const LARGEST = 2;
export const POWERS = 3;

@unmanaged
export class Search {
  dimensions: i32;
  metric: i32;
  filter: i32;
  width: i32;
  /** Principal axes (f64, axes × dimensions), or none where the filter sees all dimensions. */
  axes: i32;
  /** Rows of a block, of queries and of the base. */
  leaf: i32;
  power: f64;
  /** Power of two that brings values to magnitudes of at most 1. */
  scale: f64;
  /** Bound on the tiles' rounding: a share of the squared norms for products, of the value itself otherwise. */
  rounding: f64;
  /** The same of sums over all dimensions. */
  farther: f64;
  /** Bound on what is lost below float32's range. */
  vanished: f64;
  /** The distance is at most so many times the filter's value. */
  stretch: f64;
  basis: usize;
  /** Subtracted from rows before products (f64), so that they keep their digits. */
  mean: usize;
  /** One row in f64. */
  row: usize;

  queries: usize;
  queryRows: i32;
  firstQuery: i32;
  queryInverses: usize;
  queryOrder: usize;

  base: usize;
  baseRows: i32;
  firstBase: i32;
  baseInverses: usize;
  /** Row at each position of the base. Positions run through the blocks. */
  baseOrder: usize;
  blocks: i32;
  panels: usize;
  /** Squared norms of prepared rows, by position (f32). */
  baseNorms: usize;
  /** By position: the first position of an equal row, as far as equal rows lie together (i32). */
  copies: usize;
  /** Of each block: lower corner, upper corner (f32 × width each). */
  boxes: usize;
  /** Of each block: the largest norm (f64). */
  radii: usize;
  /** Of each block: the mean row (f32 × width), for searches that do not meet every block; else none. */
  centers: usize;

  /** First position of the block of queries, and its rows. */
  first: i32;
  count: i32;
  prepared: usize;
  norms: usize;
  limits: usize;
  corners: usize;
  radius: f64;
  /** Lower bound of the distance from the block of queries to each block of the base (f64, in the filter's terms). */
  gaps: usize;
  list: usize;
  products: usize;

  /** Neighbours wanted of each query. */
  k: i32;
  /** Candidates that a query has room for: so many values, then so many positions. */
  room: i32;
  counts: usize;
  candidates: usize;
  /** The k nearest found so far by (distance, row): distances, rows. */
  distances: usize;
  neighbors: usize;
  /** Of each query: which copies were measured last (i32), and their distance (f32), which equal rows share. */
  known: usize;

  /** The same for the question whether rows are within a distance: the query, the copies, the answer. */
  askedQuery: i32;
  askedCopies: i32;
  answer: bool;
}

export function searchBytes(): usize {
  return offsetof<Search>();
}

export function searchSpace(at: usize, metric: i32, power: f64, dimensions: i32, axes: i32, leaf: i32, scale: f64): void {
  const s = changetype<Search>(at);
  s.metric = metric;
  s.dimensions = dimensions;
  s.axes = axes;
  s.leaf = leaf;
  s.power = power;
  s.scale = metric == COSINE ? 1 : scale;
  s.width = axes > 0 ? axes + 1 : dimensions;
  s.stretch = 1;
  const d = <f64>s.width;
  s.vanished = d * 1e-36;
  s.farther = (2 * <f64>dimensions + 32) * HALF_ULP;
  if (metric == EUCLIDEAN || metric == COSINE) {
    s.filter = PRODUCT;
    s.rounding = (2 * d + 32) * HALF_ULP;
  } else if (metric == MANHATTAN) {
    s.filter = SUM;
    s.rounding = (d + 4) * HALF_ULP;
  } else if (metric == CHEBYSHEV || power >= LARGEST_POWER) {
    s.filter = LARGEST;
    s.rounding = 2 * HALF_ULP;
    if (metric == MINKOWSKI) s.stretch = Math.pow(d, 1 / power) * 1.000001;
  } else {
    s.filter = POWERS;
    s.rounding = (d + 4) * HALF_ULP + 1e-4;
    s.vanished = d * (Math.pow(1.2e-38, power) + 1.2e-38);
    setPower(power);
  }
}

/** The memory of the space: mean and one row (f64 × dimensions), axes. */
export function searchScratch(at: usize, mean: usize, row: usize, basis: usize): void {
  const s = changetype<Search>(at);
  s.mean = mean;
  s.row = row;
  s.basis = basis;
}

export function searchQueries(at: usize, queries: usize, rows: i32, firstQuery: i32, inverses: usize, order: usize): void {
  const s = changetype<Search>(at);
  s.queries = queries;
  s.queryRows = rows;
  s.firstQuery = firstQuery;
  s.queryInverses = inverses;
  s.queryOrder = order;
}

export function searchBase(at: usize, base: usize, rows: i32, firstBase: i32, inverses: usize, order: usize): void {
  const s = changetype<Search>(at);
  s.base = base;
  s.baseRows = rows;
  s.firstBase = firstBase;
  s.baseInverses = inverses;
  s.baseOrder = order;
  s.blocks = (rows + s.leaf - 1) / s.leaf;
}

/** Panels of all blocks, norms and copies by position, boxes, radii and centres by block. */
export function searchPanels(at: usize, panels: usize, norms: usize, copies: usize, boxes: usize, radii: usize, centers: usize): void {
  const s = changetype<Search>(at);
  s.panels = panels;
  s.baseNorms = norms;
  s.copies = copies;
  s.boxes = boxes;
  s.radii = radii;
  s.centers = centers;
}

/** The memory of one block of queries. */
export function searchBlock(at: usize, prepared: usize, norms: usize, limits: usize, corners: usize, gaps: usize, list: usize, products: usize): void {
  const s = changetype<Search>(at);
  s.prepared = prepared;
  s.norms = norms;
  s.limits = limits;
  s.corners = corners;
  s.gaps = gaps;
  s.list = list;
  s.products = products;
}

/** Its lists, k a query, and candidates, `room` a query, and what is known of the last one's copies. */
export function searchLists(at: usize, k: i32, room: i32, counts: usize, candidates: usize, distances: usize, neighbors: usize, known: usize): void {
  const s = changetype<Search>(at);
  s.k = k;
  s.room = room;
  s.counts = counts;
  s.candidates = candidates;
  s.distances = distances;
  s.neighbors = neighbors;
  s.known = known;
}
