/** What an OPTICS ordering keeps between calls. Laid out by the façade; n rows. */
import { eightsBytes, INNER, paddedEight } from "../../linalg/differences";
import { blockRows, TILE_ROWS } from "../../linalg/panels";

/** Rows whose neighbours are searched together, at most: three panels. */
export const BLOCK_COLUMNS = 24;
/** Filter by f64 distances: for metrics without a tile, and for magnitudes that leave float32's middle range. */
export const MEASURED = 4;

/** In `heads`: the row's list was not made yet. */
export const UNLISTED = -2;
/** In `heads` and of an entry's next: the end of a list. */
export const END = -1;

/** A row that may be brought nearer by the row whose list this is in; `value` is the filter's. */
@unmanaged
export class Entry {
  row: i32;
  value: f32;
  next: i32;
}

@unmanaged
export class Optics {
  x: usize;
  rows: i32;
  dimensions: i32;
  metric: i32;
  /** Which f32 distance filters. */
  filter: i32;
  power: f64;
  /** 1/‖row‖ (f64) where the metric is cosine. */
  inverses: usize;
  maxEps: f64;

  /** f64 × n: core distances, given, Infinity past max_eps; reachability distances. */
  core: usize;
  reachability: usize;
  /** i32 × n. */
  predecessor: usize;
  ordering: usize;
  done: i32;

  /** f32 × n: the filter's value that nothing exceeds which may bring the row nearer. */
  limits: usize;
  /** Rows without a place in the ordering, as a heap by (reachability, row), and where each stands; −1 when placed. */
  heap: usize;
  places: usize;
  size: i32;

  /** First entry of each row's list. */
  heads: usize;
  entries: usize;
  capacity: i32;
  free: i32;
  /** The lists had no room: all are forgotten, and the next block is smaller. Two rows' lists always have room. */
  overflowed: bool;
  /** Rows of the next block. */
  wanted: i32;

  /** Rows without a place, ascending, as the last block found them. */
  active: usize;
  activeCount: i32;
  /** Rows of the block, their panels, and the products of some active rows with them. */
  columns: usize;
  columnCount: i32;
  panels: usize;
  products: usize;
}

export function opticsBytes(): usize {
  return offsetof<Optics>();
}

export function opticsBlockBytes(dimensions: i32): usize {
  return 4 * BLOCK_COLUMNS + eightsBytes(BLOCK_COLUMNS, dimensions) + 4 * (<usize>(blockRows(dimensions) + TILE_ROWS) * BLOCK_COLUMNS);
}

export function opticsData(at: usize, x: usize, rows: i32, dimensions: i32, metric: i32, power: f64, filter: i32, inverses: usize, maxEps: f64): void {
  const s = changetype<Optics>(at);
  s.x = x;
  s.rows = rows;
  s.dimensions = dimensions;
  s.metric = metric;
  s.power = power;
  s.filter = filter;
  s.inverses = inverses;
  s.maxEps = maxEps;
}

export function opticsResults(at: usize, core: usize, reachability: usize, predecessor: usize, ordering: usize): void {
  const s = changetype<Optics>(at);
  s.core = core;
  s.reachability = reachability;
  s.predecessor = predecessor;
  s.ordering = ordering;
}

/** `active` has room for n rows and a tile's padding; `entries` for `capacity` ≥ 2 n entries. */
export function opticsWork(at: usize, limits: usize, heap: usize, places: usize, heads: usize, active: usize, entries: usize, capacity: i32, block: usize): void {
  const s = changetype<Optics>(at);
  s.limits = limits;
  s.heap = heap;
  s.places = places;
  s.heads = heads;
  s.active = active;
  s.entries = entries;
  s.capacity = capacity;
  s.columns = block;
  s.panels = block + 4 * BLOCK_COLUMNS;
  s.products = s.panels + eightsBytes(BLOCK_COLUMNS, s.dimensions);
}

/** Columns of the block's products, padded. */
@inline
export function productColumns(s: Optics): i32 {
  return paddedEight(s.columnCount);
}

@inline
export function isAngular(s: Optics): bool {
  return s.filter == INNER;
}
