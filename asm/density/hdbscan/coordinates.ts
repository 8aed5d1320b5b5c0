/**
 * Filter coordinates of rows. Projection on orthonormal axes never lengthens a difference, and neither does the length of what is left
 * beside them as one coordinate more: by Pythagoras both together bound the distance from below.
 */
import { COSINE } from "../../neighbors/metric";
import { Space } from "./space";

/** Writes the coordinates of rows [from, to), in row order, to `points`. `work` holds a row of f64. */
export function placeRows(at: usize, from: i32, to: i32, work: usize): void {
  const s = changetype<Space>(at);
  for (let row = from; row < to; row++) {
    const point = s.points + <usize>row * (<usize>s.width << 2);
    const squared = prepare(s, row, work);
    if (s.axes) project(s, work, squared, point);
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

function project(s: Space, work: usize, squared: f64, point: usize): void {
  const d = <usize>s.dimensions;
  const wide = (d & ~1) << 3;
  let axis = s.axes;
  let left = squared;
  const last = <usize>(s.width - 1) << 2;
  for (let t: usize = 0; t < last; t += 4, axis += d << 3) {
    let sums = f64x2.splat(0);
    for (let i: usize = 0; i < wide; i += 16) sums = f64x2.add(sums, f64x2.mul(load<v128>(axis + i), load<v128>(work + i)));
    let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    if (d & 1) sum += load<f64>(axis + wide) * load<f64>(work + wide);
    store<f32>(point + t, <f32>sum);
    left -= sum * sum;
  }
  store<f32>(point + last, <f32>sqrt(max(0, left)));
}
