/** Repulsion over all pairs, for layouts of more than three dimensions, which trees do not suit. Points are kept one array an axis meanwhile. */
import { Layout } from "./state";

/** Floats of an axis: rows to a multiple of 4. */
function axisFloats(rows: i32): usize {
  return <usize>((rows + 3) & ~3);
}

export function tsneExactBytes(rows: i32, dimensions: i32): usize {
  return axisFloats(rows) * <usize>(dimensions + 1) * 4;
}

/** The points by axis; the last axis holds the rows' weight: 1, and 0 for the padding. */
export function tsneAxes(at: usize, axes: usize): void {
  const s = changetype<Layout>(at);
  const n = axisFloats(s.rows);
  memory.fill(axes, 0, tsneExactBytes(s.rows, s.dimensions));
  for (let i: usize = 0; i < <usize>s.rows; i++) {
    for (let t: usize = 0; t < <usize>s.dimensions; t++) {
      store<f32>(axes + ((t * n + i) << 2), load<f32>(s.points + ((i * <usize>s.dimensions + t) << 2)));
    }
    store<f32>(axes + ((<usize>s.dimensions * n + i) << 2), 1);
  }
  s.x = axes;
  s.total = 0;
}

/** Repulsion of rows [from, to) from all others. w = u^(dimensions / 2). `work` has 16 bytes a dimension. */
export function tsneRepulseExactly(at: usize, from: i32, to: i32, work: usize): void {
  const s = changetype<Layout>(at);
  const d = <usize>s.dimensions;
  const axis = axisFloats(s.rows) << 2;
  const one = f32x4.splat(1);
  const freedom = f32x4.splat(1 / <f32>(s.dimensions - 1));
  for (let i = from; i < to; i++) {
    const own = s.points + ((<usize>i * d) << 2);
    memory.fill(work, 0, d << 4);
    let total = f32x4.splat(0);
    for (let j: usize = 0; j < axis; j += 16) {
      let square = f32x4.splat(0);
      for (let t: usize = 0; t < d; t++) {
        const difference = f32x4.sub(v128.load32_splat(own + (t << 2)), load<v128>(s.x + t * axis + j));
        square = f32x4.add(square, f32x4.mul(difference, difference));
      }
      const u = f32x4.div(one, f32x4.add(one, f32x4.mul(freedom, square)));
      let w = load<v128>(s.x + d * axis + j);
      for (let power: usize = 2; power <= d; power += 2) w = f32x4.mul(w, u);
      if (d & 1) w = f32x4.mul(w, f32x4.sqrt(u));
      total = f32x4.add(total, w);
      const force = f32x4.mul(w, u);
      for (let t: usize = 0; t < d; t++) {
        const difference = f32x4.sub(v128.load32_splat(own + (t << 2)), load<v128>(s.x + t * axis + j));
        const sum = work + (t << 4);
        store<v128>(sum, f32x4.add(load<v128>(sum), f32x4.mul(force, difference)));
      }
    }
    s.total += <f64>sumOf(total) - 1;
    for (let t: usize = 0; t < d; t++) store<f32>(s.repulsion + ((<usize>i * d + t) << 2), sumOf(load<v128>(work + (t << 4))));
  }
}

@inline
function sumOf(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}
