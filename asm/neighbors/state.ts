/**
 * What a search for neighbours works on: the metric, the two sides, and one block of queries with its candidates. Laid out by the façade
 * in the order space, sides, block; see src/kernels/neighbors/search.ts.
 */
import { blockRows, GROUP_COLUMNS, TILE_ROWS } from "../linalg/panels";
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
  /** Neighbours wanted of each query. */
  k: i32;
  power: f64;
  /** Power of two that brings values to magnitudes of at most 1. */
  scale: f64;
  /** Bound on the tiles' rounding: a share of the squared norms for products, of the value itself otherwise. */
  rounding: f64;
  /** Bound on what is lost below float32's range. */
  vanished: f64;
  /** The distance is at most so many times the filter's value. */
  stretch: f64;
  /** Subtracted from prepared rows (f64), so that products keep their digits. */
  mean: usize;

  queries: usize;
  firstQuery: i32;
  queryInverses: usize;
  base: usize;
  baseRows: i32;
  firstBase: i32;
  baseInverses: usize;
  /** Squared norms of prepared base rows (f32). */
  baseNorms: usize;
  /** Chunk c of the base is every `chunks`-th row from row c: the first chunk is a sample of all. */
  chunks: i32;
  chunk: i32;
  columns: i32;

  /** First query of the block, and how many it may hold. */
  first: i32;
  capacity: i32;
  prepared: usize;
  norms: usize;
  limits: usize;
  counts: usize;
  /** Candidates of each query: so many values, then so many rows. */
  room: i32;
  candidates: usize;
  /** The k nearest found so far by (distance, row): distances, rows. */
  distances: usize;
  neighbors: usize;
  columnRows: usize;
  starts: usize;
  panels: usize;
  list: usize;
  products: usize;
}

export function searchBytes(): usize {
  return offsetof<Search>();
}

/** `rows` ≥ 1 of the base; `scale` as above; `mean` is filled by `searchMean`. */
export function searchSpace(at: usize, metric: i32, power: f64, dimensions: i32, k: i32, scale: f64, mean: usize): void {
  const s = changetype<Search>(at);
  const d = <f64>dimensions;
  s.metric = metric;
  s.dimensions = dimensions;
  s.k = k;
  s.room = 2 * k + 32;
  s.power = power;
  s.scale = metric == COSINE ? 1 : scale;
  s.mean = mean;
  s.stretch = 1;
  s.vanished = d * 1e-36;
  if (metric == EUCLIDEAN || metric == COSINE) {
    s.filter = PRODUCT;
    s.rounding = (2 * d + 16) * HALF_ULP;
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

export function searchQueries(at: usize, queries: usize, firstQuery: i32, inverses: usize): void {
  const s = changetype<Search>(at);
  s.queries = queries;
  s.firstQuery = firstQuery;
  s.queryInverses = inverses;
}

/** Returns the number of chunks. */
export function searchBase(at: usize, base: usize, rows: i32, firstBase: i32, inverses: usize, norms: usize): i32 {
  const s = changetype<Search>(at);
  s.base = base;
  s.baseRows = rows;
  s.firstBase = firstBase;
  s.baseInverses = inverses;
  s.baseNorms = norms;
  s.chunks = (rows + GROUP_COLUMNS - 1) / GROUP_COLUMNS;
  return s.chunks;
}

export function searchBlockBytes(dimensions: i32, k: i32, queries: i32): usize {
  const room = <usize>(2 * k + 32);
  const perQuery = (<usize>dimensions << 2) + 12 + 8 * room + (<usize>k << 3);
  const perColumn = (<usize>(2 * dimensions + 1) << 2) + 8;
  const rows = <usize>(blockRows(dimensions) + TILE_ROWS);
  return 1024 + <usize>queries * perQuery + <usize>GROUP_COLUMNS * perColumn + rows * (4 + 4 * GROUP_COLUMNS);
}

/** Lays a block of up to `queries` queries out over `searchBlockBytes` bytes. */
export function searchBlock(at: usize, memory: usize, queries: i32): void {
  const s = changetype<Search>(at);
  const wide = <usize>queries << 2;
  const columns = <usize>GROUP_COLUMNS << 2;
  const rows = <usize>(blockRows(s.dimensions) + TILE_ROWS) << 2;
  s.capacity = queries;
  s.prepared = memory;
  s.norms = aligned(s.prepared + wide * <usize>s.dimensions);
  s.limits = aligned(s.norms + wide);
  s.counts = aligned(s.limits + wide);
  s.candidates = aligned(s.counts + wide);
  s.distances = aligned(s.candidates + 2 * wide * <usize>s.room);
  s.neighbors = aligned(s.distances + wide * <usize>s.k);
  s.columnRows = aligned(s.neighbors + wide * <usize>s.k);
  s.starts = aligned(s.columnRows + columns * <usize>s.dimensions);
  s.panels = aligned(s.starts + columns);
  s.list = aligned(s.panels + columns * <usize>(s.dimensions + 1));
  s.products = aligned(s.list + rows);
}

@inline
function aligned(at: usize): usize {
  return (at + 63) & ~63;
}

/** Where the lists of the block's queries lie, k a query: the façade fills them before a block and reads them after it. */
export function searchDistances(at: usize): usize {
  return changetype<Search>(at).distances;
}

export function searchNeighbors(at: usize): usize {
  return changetype<Search>(at).neighbors;
}
