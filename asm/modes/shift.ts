/**
 * Mean shift with the flat kernel: Comaniciu & Meer, "Mean Shift: A Robust Approach Toward Feature Space Analysis" (PAMI 2002). Every mean of a block moves to the mean of
 * the rows within the bandwidth, until it hardly moves. f32 tiles tell most rows from their bounds; the rest are measured in f64. Sums run over the rows in
 * their order, so that a mean does not depend on the block that it is in.
 */
import { columnStart, differences, HALF_ULP, padEights, paddedEight, SQUARED, VANISHED } from "../linalg/differences";
import { blockRows, listRange } from "../linalg/panels";
import { squaredDistanceToMean } from "./distance";
import { ARRIVED, LOST, MOVING, Shift } from "./state";

/** Share of the bandwidth that a mean must move to go on. */
const STOP: f64 = 1e-3;

/** Starts a round of the means in the first `count` slots. */
export function shiftOpen(at: usize, count: i32): void {
  const s = changetype<Shift>(at);
  s.count = count;
  for (let slot = 0; slot < count; slot++) {
    packMean(s, slot);
    store<i32>(s.members + (<usize>slot << 2), 0);
  }
  for (let slot = count; slot < paddedEight(count); slot++) store<f32>(s.outer + (<usize>slot << 2), -1);
  padEights(s.panels, count, s.dimensions);
  memory.fill(s.sums, 0, (<usize>count * <usize>s.dimensions) << 3);
}

/** The mean in f32 for the tile, and the bounds that its rounding and the tile's leave. */
function packMean(s: Shift, slot: i32): void {
  const d = <f64>s.dimensions;
  let mean = s.means + ((<usize>slot * <usize>s.dimensions) << 3);
  let column = columnStart(s.panels, slot, s.dimensions);
  store<f32>(column, 0);
  let squared: f64 = 0;
  for (let t = 0; t < s.dimensions; t++, mean += 8) {
    const value = load<f64>(mean);
    const rounded = <f32>value;
    store<f32>((column += 32), rounded);
    squared += (value - <f64>rounded) * (value - <f64>rounded);
  }
  const moved = sqrt(squared) * (1 + 1e-9);
  const share = (d + 16) * HALF_ULP;
  const near = max(0, s.bandwidth - moved) * (1 - share);
  const far = (s.bandwidth + moved) * (1 + share);
  const place = <usize>slot << 2;
  store<f32>(s.inner + place, s.isMiddling ? <f32>(near * near * (1 - 4 * HALF_ULP) - d * VANISHED) : -1);
  store<f32>(s.outer + place, s.isMiddling ? <f32>min(<f64>f32.MAX_VALUE, far * far * (1 + 4 * HALF_ULP) + d * VANISHED) : f32.MAX_VALUE);
}

/** Adds rows [from, to) to the means that they are within reach of. */
export function shiftScan(at: usize, from: i32, to: i32): void {
  const s = changetype<Shift>(at);
  const capacity = blockRows(s.dimensions);
  const stride = <usize>paddedEight(s.count) << 2;
  for (let first = from; first < to; first += capacity) {
    const end = min(first + capacity, to);
    listRange(s.list, first, end);
    if (s.isMiddling) differences(SQUARED, s.x, s.dimensions, s.list, end - first, s.panels, s.count, s.products);
    else memory.fill(s.products, 0, <usize>(end - first) * stride);
    for (let i = first; i < end; i++) addRow(s, i, s.products + <usize>(i - first) * stride, <i32>stride);
  }
}

function addRow(s: Shift, row: i32, products: usize, bytes: i32): void {
  const from = s.x + ((<usize>row * <usize>s.dimensions) << 2);
  for (let place: i32 = 0; place < bytes; place += 16) {
    const values = load<v128>(products + <usize>place);
    let passing = i32x4.bitmask(f32x4.le(values, load<v128>(s.outer + <usize>place)));
    if (passing == 0) continue;
    const sure = i32x4.bitmask(f32x4.le(values, load<v128>(s.inner + <usize>place)));
    for (; passing; passing &= passing - 1) {
      const lane = ctz(passing);
      const slot = (place >> 2) + lane;
      if (((sure >> lane) & 1) == 0 && !isWithin(s, from, slot)) continue;
      const members = s.members + (<usize>slot << 2);
      store<i32>(members, load<i32>(members) + 1);
      addTo(s.sums + ((<usize>slot * <usize>s.dimensions) << 3), from, s.dimensions);
    }
  }
}

function isWithin(s: Shift, row: usize, slot: i32): bool {
  const mean = s.means + ((<usize>slot * <usize>s.dimensions) << 3);
  return sqrt(squaredDistanceToMean(row, mean, s.dimensions)) <= s.bandwidth;
}

@inline
function addTo(sum: usize, row: usize, dimensions: i32): void {
  const wide = row + (<usize>(dimensions & ~1) << 2);
  for (; row < wide; row += 8, sum += 16) {
    store<v128>(sum, f64x2.add(load<v128>(sum), f64x2.promote_low_f32x4(v128.load64_zero(row))));
  }
  if (dimensions & 1) store<f64>(sum, load<f64>(sum) + <f64>load<f32>(row));
}

/** Ends the round: every mean moves, and what became of it is told. */
export function shiftMove(at: usize): void {
  const s = changetype<Shift>(at);
  for (let slot = 0; slot < s.count; slot++) {
    const place = <usize>slot << 2;
    const members = load<i32>(s.members + place);
    if (members == 0) {
      store<i32>(s.fates + place, LOST);
      continue;
    }
    const first = (<usize>slot * <usize>s.dimensions) << 3;
    let squared: f64 = 0;
    for (let t: usize = first; t < first + (<usize>s.dimensions << 3); t += 8) {
      const value = load<f64>(s.sums + t) / <f64>members;
      const step = value - load<f64>(s.means + t);
      store<f64>(s.means + t, value);
      squared += step * step;
    }
    const moves = load<i32>(s.moves + place);
    // With a bandwidth of 0 nothing is below the threshold: what does not move at all has arrived too.
    const arrived = sqrt(squared) < STOP * s.bandwidth || squared == 0 || moves == s.maxIter;
    store<i32>(s.fates + place, arrived ? ARRIVED : MOVING);
    if (!arrived) store<i32>(s.moves + place, moves + 1);
  }
}
