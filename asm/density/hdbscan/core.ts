/**
 * Core distances, and with them the nearest neighbours of every row: cells in the order of their distance, until none can hold a nearer
 * row. The nearest few are kept as candidates of the spanning tree; beyond a row's last one everything is at least as far as it is.
 */
import { GROUP_COLUMNS } from "../../linalg/panels";
import { boundQueries, openQueries, Queries } from "./queries";
import { cellLimit, gather } from "./scan";
import { distanceBetween, passesDetail, reachOf, Space, startOf } from "./space";
import { arrange, nextTile } from "./staircase";

/** Lists of a block, and what is kept of each. */
@unmanaged
export class Core {
  space: Space;
  queries: Queries;
  /** Neighbours found of a row, and how many count for its core distance. */
  k: i32;
  samples: i32;
  /** Of the block, k a query, ascending by (distance, place). */
  distances: usize;
  neighbors: usize;
  /** By place: core distance (f64), then `kept` neighbours and their distances (f32). */
  cores: usize;
  kept: i32;
  keptNeighbors: usize;
  keptDistances: usize;
}

export function coreBytes(k: i32): usize {
  return 128 + <usize>GROUP_COLUMNS * (<usize>k << 3);
}

export function coreSetup(at: usize, space: usize, queries: usize, k: i32, samples: i32, cores: usize, kept: i32, neighbors: usize, distances: usize): void {
  const c = changetype<Core>(at);
  c.space = changetype<Space>(space);
  c.queries = changetype<Queries>(queries);
  c.k = k;
  c.samples = samples;
  c.distances = at + 128;
  c.neighbors = c.distances + <usize>GROUP_COLUMNS * (<usize>k << 2);
  c.cores = cores;
  c.kept = kept;
  c.keptNeighbors = neighbors;
  c.keptDistances = distances;
}

/** Core distances of one block of queries. */
export function coreBlock(at: usize, cell: i32, group: i32): void {
  const c = changetype<Core>(at);
  const s = c.space;
  const q = c.queries;
  const count = openQueries(s, q, cell, group);
  for (let i: usize = 0; i < <usize>(count * c.k) << 2; i += 4) {
    store<f32>(c.distances + i, Infinity);
    store<i32>(c.neighbors + i, -1);
  }
  for (let i = 0; i < count; i++) store<f32>(q.reaches + (<usize>i << 2), Infinity);
  boundQueries(s, q);
  for (let i = 0; i < s.cells; i++) meet(c, load<i32>(q.cells + (<usize>i << 2)));
  for (let slot = 0; slot < count; slot++) keep(c, slot);
}

function meet(c: Core, cell: i32): void {
  const s = c.space;
  const q = c.queries;
  const size = startOf(s, cell + 1) - startOf(s, cell);
  for (let from = 0; from < size; from += GROUP_COLUMNS) {
    gather(s, q, cell);
    if (q.listed == 0) return;
    arrange(s, q, cell, from, min(GROUP_COLUMNS, size - from));
    for (; nextTile(s, q); q.done += q.tile) {
      for (let i = 0; i < q.tile; i++) {
        const slot = load<i32>(q.list + (<usize>(q.done + i) << 2)) - q.first;
        scanRow(c, slot, cell, q.products + <usize>i * q.stride);
      }
    }
  }
}

function scanRow(c: Core, slot: i32, cell: i32, products: usize): void {
  const own = c.queries.first + slot;
  let limit = cellLimit(c.space, c.queries, slot, cell);
  let limits = f32x4.splat(limit);
  for (let j: usize = 0; j < c.queries.stride; j += 16) {
    let passing = i32x4.bitmask(f32x4.le(load<v128>(products + j), limits));
    if (passing == 0) continue;
    let nearer = false;
    for (; passing; passing &= passing - 1) {
      const column = <i32>(j >> 2) + ctz(passing);
      const place = load<i32>(c.queries.places + (<usize>column << 2));
      const value = load<f32>(products + (<usize>column << 2));
      if (place == own || !passesDetail(c.space, own, place, value, limit)) continue;
      if (visit(c, slot, place)) nearer = true;
    }
    if (!nearer) continue;
    limit = cellLimit(c.space, c.queries, slot, cell);
    limits = f32x4.splat(limit);
  }
}

/** Measures a candidate and takes it into the query's list where it is nearer than the last. */
function visit(c: Core, slot: i32, place: i32): bool {
  const q = c.queries;
  const row = <usize>(slot * c.k) << 2;
  const last = <usize>(c.k - 1) << 2;
  const distances = c.distances + row;
  const neighbors = c.neighbors + row;
  const distance = <f32>min(distanceBetween(c.space, q.first + slot, place), <f64>f32.MAX_VALUE);
  let at = last;
  if (!isBefore(distance, place, distances + at, neighbors + at)) return false;
  for (; at > 0 && isBefore(distance, place, distances + at - 4, neighbors + at - 4); at -= 4) {
    store<f32>(distances + at, load<f32>(distances + at - 4));
    store<i32>(neighbors + at, load<i32>(neighbors + at - 4));
  }
  store<f32>(distances + at, distance);
  store<i32>(neighbors + at, place);
  const farthest = load<f32>(distances + last);
  // No row is nearer than one at distance 0.
  store<f32>(q.reaches + (<usize>slot << 2), farthest == 0 ? -1 : reachOf(c.space, <f64>farthest));
  return true;
}

@inline
function isBefore(distance: f32, place: i32, other: usize, otherPlace: usize): bool {
  const value = load<f32>(other);
  return distance < value || (distance == value && <u32>place < <u32>load<i32>(otherPlace));
}

function keep(c: Core, slot: i32): void {
  const place = c.queries.first + slot;
  const row = <usize>(slot * c.k) << 2;
  const sample = c.samples > 0 ? load<i32>(c.neighbors + row + (<usize>(c.samples - 1) << 2)) : place;
  store<f64>(c.cores + (<usize>place << 3), distanceBetween(c.space, place, sample));
  const bytes = <usize>c.kept << 2;
  memory.copy(c.keptNeighbors + <usize>place * bytes, c.neighbors + row, bytes);
  memory.copy(c.keptDistances + <usize>place * bytes, c.distances + row, bytes);
}
