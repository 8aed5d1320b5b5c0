/**
 * Exact minimum spanning tree under mutual reachability max(core a, core b, d(a, b) / alpha): Borůvka's rounds, after McInnes & Healy,
 * "Accelerated hierarchical density based clustering" (ICDMW 2017). Departures: the largest component waits, since the edges of all
 * others join it; a component's best edge comes from the neighbour lists first, and only rows from which a lighter one could still lead are
 * searched with, in blocks. Each edge is the lightest out of some component, so each belongs to a minimum spanning tree.
 */
import { GROUP_COLUMNS } from "../../linalg/panels";
import { root } from "../union";
import { boundQueries, openQueries, Queries } from "./queries";
import { cellLimit, gather } from "./scan";
import { distanceBetween, passesDetail, reachOf, rowOf, Space, startOf } from "./space";
import { arrange, nextTile } from "./staircase";

@unmanaged
export class Forest {
  space: Space;
  queries: Queries;
  alpha: f64;
  /** By place. */
  cores: usize;
  kept: i32;
  neighbors: usize;
  distances: usize;
  /** Union-find, and the root of each place as the round began. */
  parents: usize;
  components: usize;
  /** By root: size, weight (f32) and ends of the lightest edge so far. */
  sizes: usize;
  weights: usize;
  sources: usize;
  targets: usize;
  /** By cell: its only component or −1, and its smallest core distance (f32). */
  cellComponents: usize;
  cellCores: usize;
  largest: i32;
  edges: i32;
  edgeSources: usize;
  edgeTargets: usize;
}

export function forestBytes(): usize {
  return offsetof<Forest>();
}

export function forestSetup(at: usize, space: usize, queries: usize, alpha: f64, cores: usize, kept: i32, neighbors: usize, distances: usize): void {
  const f = changetype<Forest>(at);
  f.space = changetype<Space>(space);
  f.queries = changetype<Queries>(queries);
  f.alpha = alpha;
  f.cores = cores;
  f.kept = kept;
  f.neighbors = neighbors;
  f.distances = distances;
}

export function forestComponents(at: usize, parents: usize, components: usize, sizes: usize, weights: usize, sources: usize, targets: usize, cellComponents: usize, cellCores: usize, edgeSources: usize, edgeTargets: usize): void {
  const f = changetype<Forest>(at);
  f.parents = parents;
  f.components = components;
  f.sizes = sizes;
  f.weights = weights;
  f.sources = sources;
  f.targets = targets;
  f.cellComponents = cellComponents;
  f.cellCores = cellCores;
  f.edges = 0;
  f.edgeSources = edgeSources;
  f.edgeTargets = edgeTargets;
  for (let i = 0; i < f.space.rows; i++) store<i32>(parents + (<usize>i << 2), i);
  for (let c = 0; c < f.space.cells; c++) {
    let least: f32 = Infinity;
    for (let i = startOf(f.space, c); i < startOf(f.space, c + 1); i++) least = min(least, coreOf(f, i));
    store<f32>(cellCores + (<usize>c << 2), least);
  }
}

@inline
function coreOf(f: Forest, place: i32): f32 {
  return <f32>load<f64>(f.cores + (<usize>place << 3));
}

@inline
function componentOf(f: Forest, place: i32): i32 {
  return load<i32>(f.components + (<usize>place << 2));
}

@inline
function weightOf(f: Forest, component: i32): f32 {
  return load<f32>(f.weights + (<usize>component << 2));
}

/** Starts a round; returns the number of components. */
export function forestRound(at: usize): i32 {
  const f = changetype<Forest>(at);
  const rows = f.space.rows;
  memory.fill(f.sizes, 0, <usize>rows << 2);
  let count = 0;
  for (let i = 0; i < rows; i++) {
    const component = root(f.parents, i);
    store<i32>(f.components + (<usize>i << 2), component);
    const size = f.sizes + (<usize>component << 2);
    store<i32>(size, load<i32>(size) + 1);
    if (component == i) count++;
    store<f32>(f.weights + (<usize>i << 2), Infinity);
  }
  f.largest = 0;
  for (let i = 1; i < rows; i++) {
    if (load<i32>(f.sizes + (<usize>i << 2)) > load<i32>(f.sizes + (<usize>f.largest << 2))) f.largest = i;
  }
  for (let c = 0; c < f.space.cells; c++) store<i32>(f.cellComponents + (<usize>c << 2), onlyComponent(f, c));
  return count;
}

function onlyComponent(f: Forest, cell: i32): i32 {
  const first = startOf(f.space, cell);
  const end = startOf(f.space, cell + 1);
  if (first == end) return -1;
  const component = componentOf(f, first);
  for (let i = first + 1; i < end; i++) if (componentOf(f, i) != component) return -1;
  return component;
}

/** The edges that the neighbour lists of places [from, to) offer. */
export function forestLists(at: usize, from: i32, to: i32): void {
  const f = changetype<Forest>(at);
  for (let i = from; i < to; i++) {
    const component = componentOf(f, i);
    const core = coreOf(f, i);
    const row = (<usize>i * <usize>f.kept) << 2;
    for (let j: usize = 0; j < <usize>f.kept << 2; j += 4) {
      const other = load<i32>(f.neighbors + row + j);
      if (other < 0) break;
      const there = componentOf(f, other);
      if (there == component) continue;
      const distance = <f32>(<f64>load<f32>(f.distances + row + j) / f.alpha);
      const weight = max(distance, max(core, coreOf(f, other)));
      offer(f, component, weight, i, other);
      offer(f, there, weight, other, i);
      if (distance > weightOf(f, component)) break;
    }
  }
}

/**
 * Takes an edge that comes before the component's edge so far. Many edges share a weight: each row's core distance weighs the edges to all of its
 * nearest neighbours. Those are in its list, so that the lists alone settle ties.
 */
function offer(f: Forest, component: i32, weight: f32, source: i32, target: i32): bool {
  const place = <usize>component << 2;
  const least = load<f32>(f.weights + place);
  if (weight > least) return false;
  if (weight == least && !precedes(f, source, target, load<i32>(f.sources + place), load<i32>(f.targets + place))) return false;
  store<f32>(f.weights + place, weight);
  store<i32>(f.sources + place, source);
  store<i32>(f.targets + place, target);
  return true;
}

/** Looks for lighter edges from one block of queries; returns how many queries it searched with. */
export function forestBlock(at: usize, cell: i32, group: i32): i32 {
  const f = changetype<Forest>(at);
  const s = f.space;
  const q = f.queries;
  const count = openQueries(s, q, cell, group);
  let searching = 0;
  for (let slot = 0; slot < count; slot++) {
    const searches = couldImprove(f, q.first + slot);
    if (searches) searching++;
    store<f32>(q.reaches + (<usize>slot << 2), searches ? componentReach(f, q.first + slot) : -1);
  }
  if (searching == 0) return 0;
  boundQueries(s, q);
  for (let i = 0; i < s.cells; i++) meet(f, load<i32>(q.cells + (<usize>i << 2)));
  return searching;
}

/** Whether a row outside of the place's list could give its component a lighter edge. */
function couldImprove(f: Forest, place: i32): bool {
  const component = componentOf(f, place);
  if (component == f.largest) return false;
  const last = ((<usize>place + 1) * <usize>f.kept - 1) << 2;
  // A list that is not full holds every row.
  if (load<i32>(f.neighbors + last) < 0) return false;
  const beyond = <f32>(<f64>load<f32>(f.distances + last) / f.alpha);
  return max(coreOf(f, place), beyond) < weightOf(f, component);
}

@inline
function componentReach(f: Forest, place: i32): f32 {
  return reachOf(f.space, <f64>weightOf(f, componentOf(f, place)) * f.alpha);
}

function meet(f: Forest, cell: i32): void {
  const s = f.space;
  const q = f.queries;
  const size = startOf(s, cell + 1) - startOf(s, cell);
  for (let from = 0; from < size; from += GROUP_COLUMNS) {
    gather(s, q, cell);
    keepConcerned(f, cell);
    if (q.listed == 0) return;
    arrange(s, q, cell, from, min(GROUP_COLUMNS, size - from));
    for (; nextTile(s, q); q.done += q.tile) {
      for (let i = 0; i < q.tile; i++) {
        const slot = load<i32>(q.list + (<usize>(q.done + i) << 2)) - q.first;
        scanRow(f, slot, cell, q.products + <usize>i * q.stride);
      }
    }
  }
}

/** Keeps of the listed queries those that a row of the cell could be joined to. */
function keepConcerned(f: Forest, cell: i32): void {
  const q = f.queries;
  const only = load<i32>(f.cellComponents + (<usize>cell << 2));
  const least = load<f32>(f.cellCores + (<usize>cell << 2));
  let kept = 0;
  for (let i = 0; i < q.listed; i++) {
    const place = load<i32>(q.list + (<usize>i << 2));
    const component = componentOf(f, place);
    if (component == only || least >= weightOf(f, component)) continue;
    store<i32>(q.list + (<usize>kept << 2), place);
    kept++;
  }
  q.listed = kept;
}

function scanRow(f: Forest, slot: i32, cell: i32, products: usize): void {
  const own = f.queries.first + slot;
  const component = componentOf(f, own);
  let limit = cellLimit(f.space, f.queries, slot, cell);
  let limits = f32x4.splat(limit);
  for (let j: usize = 0; j < f.queries.stride; j += 16) {
    let passing = i32x4.bitmask(f32x4.le(load<v128>(products + j), limits));
    if (passing == 0) continue;
    let improved = false;
    for (; passing; passing &= passing - 1) {
      const column = <i32>(j >> 2) + ctz(passing);
      const place = load<i32>(f.queries.places + (<usize>column << 2));
      if (componentOf(f, place) == component) continue;
      const value = load<f32>(products + (<usize>column << 2));
      if (passesDetail(f.space, own, place, value, limit) && visit(f, own, place, component)) improved = true;
    }
    if (!improved) continue;
    tighten(f, component);
    limit = cellLimit(f.space, f.queries, slot, cell);
    limits = f32x4.splat(limit);
  }
}

function visit(f: Forest, own: i32, place: i32, component: i32): bool {
  const core = max(coreOf(f, own), coreOf(f, place));
  if (core >= weightOf(f, component)) return false;
  const distance = <f32>(<f64><f32>distanceBetween(f.space, own, place) / f.alpha);
  return offer(f, component, max(core, distance), own, place);
}

/** Among edges of one weight, those of the higher row come first, as in the sorted tree. */
function precedes(f: Forest, source: i32, target: i32, otherSource: i32, otherTarget: i32): bool {
  const a = rowOf(f.space, source);
  const b = rowOf(f.space, target);
  const c = rowOf(f.space, otherSource);
  const d = rowOf(f.space, otherTarget);
  const high = max(a, b);
  const otherHigh = max(c, d);
  return high > otherHigh || (high == otherHigh && min(a, b) > min(c, d));
}

/** Shortens the reach of the block's queries of a component to its lightest edge. */
function tighten(f: Forest, component: i32): void {
  const q = f.queries;
  const weight = weightOf(f, component);
  for (let slot = 0; slot < q.count; slot++) {
    const place = q.first + slot;
    const reach = q.reaches + (<usize>slot << 2);
    if (load<f32>(reach) < 0 || componentOf(f, place) != component) continue;
    store<f32>(reach, coreOf(f, place) < weight ? componentReach(f, place) : -1);
  }
}

/** Ends a round: joins every component but the largest by its lightest edge. Returns the number of edges so far. */
export function forestJoin(at: usize): i32 {
  const f = changetype<Forest>(at);
  for (let i = 0; i < f.space.rows; i++) {
    if (componentOf(f, i) != i || i == f.largest) continue;
    const source = load<i32>(f.sources + (<usize>i << 2));
    const target = load<i32>(f.targets + (<usize>i << 2));
    const a = root(f.parents, source);
    const b = root(f.parents, target);
    // Components may have chosen the same edge, or edges of one weight around a ring.
    if (a == b) continue;
    store<i32>(f.parents + (<usize>max(a, b) << 2), min(a, b));
    const place = <usize>f.edges << 2;
    f.edges++;
    store<i32>(f.edgeSources + place, source);
    store<i32>(f.edgeTargets + place, target);
  }
  return f.edges;
}

/** Rows at the ends of each edge, in place of places, and its weight in f64. */
export function forestMeasure(at: usize, weights: usize): void {
  const f = changetype<Forest>(at);
  for (let e = 0; e < f.edges; e++) {
    const source = f.edgeSources + (<usize>e << 2);
    const target = f.edgeTargets + (<usize>e << 2);
    const a = load<i32>(source);
    const b = load<i32>(target);
    const core = max(load<f64>(f.cores + (<usize>a << 3)), load<f64>(f.cores + (<usize>b << 3)));
    store<f64>(weights + (<usize>e << 3), max(core, distanceBetween(f.space, a, b) / f.alpha));
    store<i32>(source, rowOf(f.space, a));
    store<i32>(target, rowOf(f.space, b));
  }
}
