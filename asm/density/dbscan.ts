/**
 * DBSCAN: Ester, Kriegel, Sander & Xu, "A density-based algorithm for discovering clusters" (KDD 1996), without a row's neighbourhood ever
 * being kept: three passes of tiles find the core rows, join them, and give the border rows their clusters. Everything here goes by positions
 * of the base, which is its own side of queries.
 */
import { padList } from "../linalg/panels";
import { filterBlock, openQueries } from "../neighbors/filter";
import { excess, isWithin, sureLimit } from "../neighbors/range";
import { limitOf } from "../neighbors/candidates";
import { farthest } from "../neighbors/search";
import { Search } from "../neighbors/state";
import { root } from "./union";

@unmanaged
export class Dbscan {
  search: Search;
  eps: f64;
  /** Rows within eps that make a core row, itself included. */
  minSamples: i32;
  /** By position: rows within eps, as far as counted. */
  counts: usize;
  /** By position: the tree of the cluster's core rows. */
  parents: usize;
  /** By position: the first minSamples − 1 neighbours, where so few are kept; else none. */
  kept: usize;
  /** By position: cluster, or −1. */
  labels: usize;
  /** Of the block of queries: filter values up to which no distance is needed. */
  sures: usize;
  /** Of a block of the base: the clusters' roots. */
  roots: usize;
  /** Queries of the block that still ask: their numbers are in the search's list. */
  asking: i32;
  reach: f64;
}

export function dbscanBytes(): usize {
  return offsetof<Dbscan>();
}

export function dbscanSetup(at: usize, search: usize, eps: f64, minSamples: i32, counts: usize, kept: usize, parents: usize, labels: usize, sures: usize, roots: usize): void {
  const s = changetype<Dbscan>(at);
  s.search = changetype<Search>(search);
  s.eps = eps;
  s.minSamples = minSamples;
  s.counts = counts;
  s.kept = kept;
  s.parents = parents;
  s.labels = labels;
  s.sures = sures;
  s.roots = roots;
  for (let i = 0; i < s.search.baseRows; i++) {
    const place = <usize>i << 2;
    store<i32>(counts + place, 0);
    store<i32>(parents + place, i);
    store<i32>(labels + place, -1);
  }
}

@inline
function isCore(s: Dbscan, position: i32): bool {
  return load<i32>(s.counts + (<usize>position << 2)) >= s.minSamples;
}

/** Starts on the queries at positions [first, first + count): those that are core rows (1), those that are not (0), or all (−1). Returns how many. */
export function dbscanOpen(at: usize, first: i32, count: i32, core: i32): i32 {
  const s = changetype<Dbscan>(at);
  const search = s.search;
  s.asking = 0;
  for (let i = 0; i < count; i++) {
    if (core >= 0 && <i32>isCore(s, first + i) != core) continue;
    store<i32>(search.list + (<usize>s.asking << 2), i);
    s.asking++;
  }
  if (s.asking == 0) return 0;
  openQueries(search, first, count);
  for (let i = 0; i < count; i++) {
    store<f32>(search.limits + (<usize>i << 2), limitOf(search, i, s.eps));
    store<f32>(s.sures + (<usize>i << 2), sureLimit(search, i, s.eps));
  }
  s.reach = farthest(search);
  return s.asking;
}

/** Filters the queries in the list against a block, unless it is out of reach. */
function meet(s: Dbscan, block: i32, asking: i32): bool {
  const search = s.search;
  if (asking == 0 || load<f64>(search.gaps + (<usize>block << 3)) > s.reach) return false;
  padList(search.list + (<usize>asking << 2), load<i32>(search.list));
  filterBlock(search, asking, block);
  return true;
}

@inline
function asked(s: Dbscan, i: i32): i32 {
  return load<i32>(s.search.list + (<usize>i << 2));
}

/** Bits of the four columns from `value` on that the filter lets pass. */
@inline
function passing(s: Dbscan, value: usize, query: i32): i32 {
  return i32x4.bitmask(f32x4.le(load<v128>(value), v128.load_splat<f32>(s.search.limits + (<usize>query << 2))));
}

@inline
function isNeighbor(s: Dbscan, query: i32, value: f32, position: i32): bool {
  return value + excess(s.search, position) <= load<f32>(s.sures + (<usize>query << 2)) || isWithin(s.search, query, position, s.eps);
}

/** Counts neighbours in blocks at steps [from, to), the own block first and then outwards; a query that has enough stops asking. */
export function dbscanCount(at: usize, from: i32, to: i32): void {
  const s = changetype<Dbscan>(at);
  const search = s.search;
  const own = search.first / search.leaf;
  for (let step = from; step < to; step++) {
    const offset = step & 1 ? (step + 1) >> 1 : search.blocks - (step >> 1);
    const block = (own + offset) % search.blocks;
    if (!meet(s, block, s.asking)) continue;
    let left = 0;
    for (let i = 0; i < s.asking; i++) {
      const query = asked(s, i);
      if (countRow(s, query, search.products + ((<usize>i * <usize>search.leaf) << 2), block * search.leaf)) continue;
      store<i32>(search.list + (<usize>left << 2), query);
      left++;
    }
    s.asking = left;
  }
}

@inline
function keptOf(s: Dbscan, position: i32): usize {
  return s.kept + ((<usize>position * <usize>(s.minSamples - 1)) << 2);
}

/** Whether the query has enough. */
function countRow(s: Dbscan, query: i32, values: usize, position: i32): bool {
  const place = s.counts + (<usize>(s.search.first + query) << 2);
  let count = load<i32>(place);
  for (let j = 0; j < s.search.leaf && count < s.minSamples; j += 4) {
    for (let bits = passing(s, values + (<usize>j << 2), query); bits; bits &= bits - 1) {
      const column = j + ctz(bits);
      if (!isNeighbor(s, query, load<f32>(values + (<usize>column << 2)), position + column)) continue;
      count++;
      if (s.kept && count < s.minSamples) store<i32>(keptOf(s, s.search.first + query) + (<usize>(count - 1) << 2), position + column);
    }
  }
  store<i32>(place, count);
  return count >= s.minSamples;
}

/** Joins the clusters of core queries with those of core rows in blocks [from, to), from the own block on. */
export function dbscanJoin(at: usize, from: i32, to: i32): void {
  const s = changetype<Dbscan>(at);
  const search = s.search;
  for (let block = max(from, search.first / search.leaf); block < to; block++) {
    if (load<f64>(search.gaps + (<usize>block << 3)) > s.reach) continue;
    const only = rootsOf(s, block);
    if (only == NO_CORE) continue;
    let asking = 0;
    for (let i = 0; i < search.count; i++) {
      const position = search.first + i;
      if (!isCore(s, position) || root(s.parents, position) == only) continue;
      store<i32>(search.list + (<usize>asking << 2), i);
      asking++;
    }
    if (!meet(s, block, asking)) continue;
    for (let i = 0; i < asking; i++) joinRow(s, asked(s, i), search.products + ((<usize>i * <usize>search.leaf) << 2), block * search.leaf);
  }
}

const NO_CORE = -1;
const SEVERAL = -2;

/** Fills the roots of a block's core rows; the one that all have, or why there is none. */
function rootsOf(s: Dbscan, block: i32): i32 {
  const first = block * s.search.leaf;
  const count = min(s.search.leaf, s.search.baseRows - first);
  let only = NO_CORE;
  for (let j = 0; j < count; j++) {
    const own = isCore(s, first + j) ? root(s.parents, first + j) : NO_CORE;
    store<i32>(s.roots + (<usize>j << 2), own);
    if (own == NO_CORE || own == only) continue;
    only = only == NO_CORE ? own : SEVERAL;
  }
  return only;
}

function joinRow(s: Dbscan, query: i32, values: usize, position: i32): void {
  let own = root(s.parents, s.search.first + query);
  for (let j = 0; j < s.search.leaf; j += 4) {
    for (let bits = passing(s, values + (<usize>j << 2), query); bits; bits &= bits - 1) {
      const column = j + ctz(bits);
      const known = load<i32>(s.roots + (<usize>column << 2));
      if (known == NO_CORE || known == own) continue;
      const other = root(s.parents, position + column);
      store<i32>(s.roots + (<usize>column << 2), other);
      if (other == own || !isNeighbor(s, query, load<f32>(values + (<usize>column << 2)), position + column)) continue;
      const lower = min(own, other);
      store<i32>(s.parents + (<usize>max(own, other) << 2), lower);
      own = lower;
    }
  }
}

/** Numbers the clusters by their first core row; `positions` is scratch of one number a row. Returns how many there are. */
export function dbscanNumber(at: usize, positions: usize): i32 {
  const s = changetype<Dbscan>(at);
  const rows = s.search.baseRows;
  for (let i = 0; i < rows; i++) store<i32>(positions + (<usize>load<i32>(s.search.baseOrder + (<usize>i << 2)) << 2), i);
  let clusters = 0;
  for (let row = 0; row < rows; row++) {
    const position = load<i32>(positions + (<usize>row << 2));
    if (!isCore(s, position)) continue;
    const first = s.labels + (<usize>root(s.parents, position) << 2);
    if (load<i32>(first) < 0) store<i32>(first, clusters++);
    store<i32>(s.labels + (<usize>position << 2), load<i32>(first));
  }
  return clusters;
}

/** The same as `dbscanBorder` for all rows, of whose neighbours the few that there are were kept. */
export function dbscanBorderKept(at: usize): void {
  const s = changetype<Dbscan>(at);
  for (let position = 0; position < s.search.baseRows; position++) {
    if (isCore(s, position)) continue;
    let label = i32.MAX_VALUE;
    const first = keptOf(s, position);
    const end = first + (<usize>load<i32>(s.counts + (<usize>position << 2)) << 2);
    for (let at = first; at < end; at += 4) {
      const other = load<i32>(at);
      if (isCore(s, other)) label = min(label, load<i32>(s.labels + (<usize>other << 2)));
    }
    if (label < i32.MAX_VALUE) store<i32>(s.labels + (<usize>position << 2), label);
  }
}

/** Gives border rows the lowest cluster among the core rows within eps in blocks [from, to): the one that an expansion in row order meets first. */
export function dbscanBorder(at: usize, from: i32, to: i32): void {
  const s = changetype<Dbscan>(at);
  const search = s.search;
  for (let block = from; block < to; block++) {
    if (!meet(s, block, s.asking)) continue;
    for (let i = 0; i < s.asking; i++) borderRow(s, asked(s, i), search.products + ((<usize>i * <usize>search.leaf) << 2), block * search.leaf);
  }
}

function borderRow(s: Dbscan, query: i32, values: usize, position: i32): void {
  const place = s.labels + (<usize>(s.search.first + query) << 2);
  let label = load<i32>(place);
  for (let j = 0; j < s.search.leaf; j += 4) {
    for (let bits = passing(s, values + (<usize>j << 2), query); bits; bits &= bits - 1) {
      const column = j + ctz(bits);
      if (!isCore(s, position + column)) continue;
      const other = load<i32>(s.labels + (<usize>(position + column) << 2));
      if (label >= 0 && other >= label) continue;
      if (isNeighbor(s, query, load<f32>(values + (<usize>column << 2)), position + column)) label = other;
    }
  }
  store<i32>(place, label);
}
