/** What a layout holds between calls. The façade allocates every array; see its memory formula. */
import { umapDrawnCreate } from "./sampling";

/** Lists of edges are readable so many entries past their end. */
export const LIST_PADDING = 4;

@unmanaged
export class Layout {
  /** Edges of head i: entries offsets[i] to offsets[i + 1]. */
  offsets: usize;
  /** i32 an edge: its tail. */
  tails: usize;
  /** f32 an edge: in how many of the epochs it is drawn, as a share: weight over largest weight. */
  rates: usize;
  /** f32 × stride a point; the same address as `others` when points are laid out against each other. */
  heads: usize;
  others: usize;
  /** How many points negative samples are drawn from. Where tails move, one more takes the moves of edges that are none. */
  otherCount: i32;
  /** Floats a point: 2 in two dimensions, a multiple of 4 in more; the last ones are 0. */
  stride: i32;
  dimensions: i32;
  /** Whether the tail of an edge moves too. */
  mutual: bool;
  negatives: i32;
  a: f32;
  b: f32;
  seedLow: u32;
  seedHigh: u32;
  /** The drawn edges of one head: `umapDrawnBytes`. */
  drawn: usize;
  /** f32 × stride: where a head stood when a group of pairs was begun. */
  origin: usize;
  /** Number of head 0 in the data set: keys the random numbers. */
  first: u32;
}

export function umapLayoutBytes(): usize {
  return offsetof<Layout>();
}

export function umapLayoutEdges(at: usize, offsets: usize, tails: usize, rates: usize, drawn: usize): void {
  const s = changetype<Layout>(at);
  s.offsets = offsets;
  s.tails = tails;
  s.rates = rates;
  s.drawn = drawn;
  umapDrawnCreate(drawn);
}

export function umapLayoutPoints(at: usize, heads: usize, others: usize, otherCount: i32, dimensions: i32, stride: i32, origin: usize): void {
  const s = changetype<Layout>(at);
  s.heads = heads;
  s.others = others;
  s.otherCount = otherCount;
  s.dimensions = dimensions;
  s.stride = stride;
  s.origin = origin;
  s.mutual = heads == others;
}

export function umapLayoutForces(at: usize, a: f64, b: f64, negatives: i32, seedLow: u32, seedHigh: u32, first: u32): void {
  const s = changetype<Layout>(at);
  s.a = <f32>a;
  s.b = <f32>b;
  s.negatives = negatives;
  s.seedLow = seedLow;
  s.seedHigh = seedHigh;
  s.first = first;
}
