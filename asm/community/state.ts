/**
 * A weighted graph and a partition of its nodes, as the stages of Leiden share them. An arc is a neighbour (i32) and a weight (f32) side by
 * side; every edge is held from both its ends, and no node is its own neighbour.
 *
 * All three objectives are one: Q = Σ over communities c of (weight of the arcs inside c) − scale · S_c², where S_c is the sum of the strengths of
 * its nodes. Modularity's strength is the degree, CPM's the number of nodes. Moving a node v into c gains 2 (w(v, c) − scale · S_v · S_c).
 */
@unmanaged
export class Leiden {
  /** The given graph: its nodes, i32 × (originals + 1), arcs. */
  originals: i32;
  givenOffsets: usize;
  givenArcs: usize;
  /** The present level's graph. */
  nodes: i32;
  offsets: usize;
  arcs: usize;
  scale: f64;
  /** Gains below it are rounding. */
  tolerance: f64;
  /** Per node: strength (f64) and community (i32). */
  strengths: usize;
  membership: usize;
  /** Per community: strength (f64) and nodes (i32). */
  totals: usize;
  sizes: usize;
  /** Per community: weight of the arcs from the node at hand (f64, zero between nodes); those that have any (i32). */
  links: usize;
  touched: usize;
  /** Nodes in the order in which they are looked at (i32); the first `waiting` ones from `head` on, around the end. */
  queue: usize;
  head: i32;
  waiting: i32;
  /** Per node (u8): whether it waits in the queue; while refining, whether it was merged. */
  marks: usize;
  /** While moving: communities without a member (i32), `spares` of them. While refining: the part that each node is in. */
  parts: usize;
  spares: i32;
  /** Per part: strength, and weight of the arcs to the rest of its community (f64). */
  partTotals: usize;
  partLinks: usize;
  /** Per node of the given graph: the node of the present one that it is part of (i32). */
  tops: usize;
}

export const ARC_BYTES: usize = 8;

export function leidenBytes(): usize {
  return offsetof<Leiden>();
}

/** Bytes per node of the arrays that `leidenBind` lays out. */
export function leidenNodeBytes(): usize {
  return 5 * 8 + 6 * 4 + 1;
}

/** Every node a community of its own; lays the arrays out from `arrays` on, which has `leidenNodeBytes` a node. */
export function leidenBind(at: usize, nodes: i32, offsets: usize, arcs: usize, arrays: usize): void {
  const s = changetype<Leiden>(at);
  const n = <usize>nodes;
  s.nodes = s.originals = nodes;
  s.offsets = s.givenOffsets = offsets;
  s.arcs = s.givenArcs = arcs;
  s.strengths = arrays;
  s.totals = s.strengths + 8 * n;
  s.links = s.totals + 8 * n;
  s.partTotals = s.links + 8 * n;
  s.partLinks = s.partTotals + 8 * n;
  s.membership = s.partLinks + 8 * n;
  s.sizes = s.membership + 4 * n;
  s.touched = s.sizes + 4 * n;
  s.queue = s.touched + 4 * n;
  s.parts = s.queue + 4 * n;
  s.tops = s.parts + 4 * n;
  s.marks = s.tops + 4 * n;
  for (let v = 0; v < nodes; v++) {
    setI32(s.membership, v, v);
    setI32(s.tops, v, v);
  }
}

/** What a partition is judged by. */
export function leidenObjective(at: usize, scale: f64, tolerance: f64): void {
  const s = changetype<Leiden>(at);
  s.scale = scale;
  s.tolerance = tolerance;
}

/** Communities with a member, after `leidenMove`. */
export function leidenCommunities(at: usize): i32 {
  const s = changetype<Leiden>(at);
  return s.nodes - s.spares;
}

@inline
export function i32At(array: usize, i: i32): i32 {
  return load<i32>(array + (<usize>i << 2));
}

@inline
export function f64At(array: usize, i: i32): f64 {
  return load<f64>(array + (<usize>i << 3));
}

@inline
export function setI32(array: usize, i: i32, value: i32): void {
  store<i32>(array + (<usize>i << 2), value);
}

@inline
export function setF64(array: usize, i: i32, value: f64): void {
  store<f64>(array + (<usize>i << 3), value);
}

@inline
export function firstArc(s: Leiden, node: i32): usize {
  return s.arcs + <usize>i32At(s.offsets, node) * ARC_BYTES;
}

export function leidenMembership(at: usize): usize {
  return changetype<Leiden>(at).membership;
}

export function leidenArcCount(at: usize): i32 {
  const s = changetype<Leiden>(at);
  return i32At(s.offsets, s.nodes);
}
