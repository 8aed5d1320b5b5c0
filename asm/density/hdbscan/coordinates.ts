/**
 * Filter coordinates of rows. Projection on orthonormal axes never lengthens a difference, and neither does the length of what is left
 * beside them as one coordinate more: by Pythagoras both together bound the distance from below.
 */
import { COSINE } from "../../neighbors/metric";
import { DETAIL, Space } from "./space";

/** Writes the coordinates of rows [from, to), in row order, to `points`. `work` holds a row of f64. */
export function placeRows(at: usize, from: i32, to: i32, work: usize): void {
  const s = changetype<Space>(at);
  for (let row = from; row < to; row++) {
    const point = s.points + <usize>row * (<usize>s.width << 2);
    const squared = prepare(s, row, work);
    if (s.axes) project(s, work, squared, point, s.detail + ((<usize>row * DETAIL) << 2));
    else for (let t: usize = 0; t < <usize>s.width; t++) store<f32>(point + (t << 2), <f32>load<f64>(work + (t << 3)));
  }
}

/** The scaled row less the mean, in f64; returns its squared length. */
function prepare(s: Space, row: i32, work: usize): f64 {
  const factor = s.metric == COSINE ? load<f64>(s.inverses + (<usize>row << 3)) : s.scale;
  const d = <usize>s.dimensions;
  let from = s.x + ((<usize>row * d) << 2);
  let sum: f64 = 0;
  for (let t: usize = 0; t < d; t++, from += 4) {
    const v = factor * <f64>load<f32>(from) - load<f64>(s.mean + (t << 3));
    store<f64>(work + (t << 3), v);
    sum += v * v;
  }
  return sum;
}

function project(s: Space, work: usize, squared: f64, point: usize, detail: usize): void {
  const first = s.width - 1;
  let left = squared;
  for (let t = 0; t < first; t++) {
    const value = along(s, t, work);
    store<f32>(point + (<usize>t << 2), <f32>value);
    left -= value * value;
  }
  store<f32>(point + (<usize>first << 2), <f32>sqrt(max(0, left)));
  memory.fill(detail, 0, DETAIL << 2);
  for (let t = 0; t < s.details; t++) {
    const value = along(s, first + t, work);
    store<f32>(detail + (<usize>t << 2), <f32>value);
    left -= value * value;
  }
  store<f32>(detail + ((DETAIL - 1) << 2), <f32>sqrt(max(0, left)));
}

/** Component of the prepared row along an axis. */
function along(s: Space, axis: i32, work: usize): f64 {
  const d = <usize>s.dimensions;
  const from = s.axes + ((<usize>axis * d) << 3);
  const wide = (d & ~1) << 3;
  let sums = f64x2.splat(0);
  for (let i: usize = 0; i < wide; i += 16) sums = f64x2.add(sums, f64x2.mul(load<v128>(from + i), load<v128>(work + i)));
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  return d & 1 ? sum + load<f64>(from + wide) * load<f64>(work + wide) : sum;
}
