/** What mean shift keeps of the means that are on their way. Laid out by the façade. */
import { eightsBytes, paddedEight } from "../linalg/differences";
import { blockRows, TILE_ROWS } from "../linalg/panels";

/** In `fates`: the mean is on its way; it has arrived; nothing is within its reach. */
export const MOVING = 0;
export const ARRIVED = 1;
export const LOST = 2;

@unmanaged
export class Shift {
  x: usize;
  rows: i32;
  dimensions: i32;
  /** Whether squares of the data stay within float32: otherwise every pair is measured. */
  isMiddling: bool;
  bandwidth: f64;
  /** Moves after which a mean stops wherever it is. */
  maxIter: i32;

  /** Means in slots; a slot beyond `count` is empty. */
  count: i32;
  /** f64 × dimensions a slot: means, and sums of the rows within reach. */
  means: usize;
  sums: usize;
  /** i32 a slot: rows within reach, moves, what became of it. */
  members: usize;
  moves: usize;
  fates: usize;
  /** f32 a slot: filter values up to which a row is certainly within reach, and beyond which it is certainly not. */
  inner: usize;
  outer: usize;
  panels: usize;
  list: usize;
  products: usize;
}

export function shiftBytes(): usize {
  return offsetof<Shift>();
}

export function shiftBlockBytes(dimensions: i32, slots: i32): usize {
  const rows = <usize>(blockRows(dimensions) + TILE_ROWS);
  const wide = <usize>paddedEight(slots);
  return wide * (<usize>dimensions * 16 + 20) + eightsBytes(slots, dimensions) + rows * (4 + 4 * wide) + 64;
}

export function shiftSetup(at: usize, x: usize, rows: i32, dimensions: i32, isMiddling: bool, bandwidth: f64, maxIter: i32, slots: i32, block: usize): void {
  const s = changetype<Shift>(at);
  s.x = x;
  s.rows = rows;
  s.dimensions = dimensions;
  s.isMiddling = isMiddling;
  s.bandwidth = bandwidth;
  s.maxIter = maxIter;
  s.count = 0;
  const wide = <usize>paddedEight(slots);
  s.means = block;
  s.sums = s.means + 8 * wide * <usize>dimensions;
  s.inner = s.sums + 8 * wide * <usize>dimensions;
  s.outer = s.inner + 4 * wide;
  s.members = s.outer + 4 * wide;
  s.moves = s.members + 4 * wide;
  s.fates = s.moves + 4 * wide;
  s.panels = s.fates + 4 * wide;
  s.products = s.panels + eightsBytes(slots, dimensions);
  s.list = s.products + 4 * wide * <usize>(blockRows(dimensions) + TILE_ROWS);
}

/** Addresses of a slot's mean, rows within reach, moves, and fate. */
export function shiftMean(at: usize, slot: i32): usize {
  const s = changetype<Shift>(at);
  return s.means + ((<usize>slot * <usize>s.dimensions) << 3);
}

export function shiftMembers(at: usize): usize {
  return changetype<Shift>(at).members;
}

export function shiftMoves(at: usize): usize {
  return changetype<Shift>(at).moves;
}

export function shiftFates(at: usize): usize {
  return changetype<Shift>(at).fates;
}
