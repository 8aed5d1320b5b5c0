/**
 * A few principal axes of a sample, by subspace iteration. They need not be exact: any orthonormal axes give a lower bound of distances, and
 * these a tight one.
 */
import { centredRow, dot } from "./prepare";
import { Search } from "./state";

/** Rows of the sample for so many axes. */
@inline
function sampleRows(s: Search): i32 {
  return min(s.baseRows, 8 * s.axes);
}

/** Bytes of scratch: the sample and one set of axes. */
export function basisBytes(dimensions: i32, axes: i32): usize {
  return (<usize>(9 * axes) * <usize>dimensions) << 3;
}

/** Reads the sample and starts from evenly spread rows of it. The base has at least `axes` rows. */
export function basisStart(at: usize, scratch: usize): void {
  const s = changetype<Search>(at);
  const rows = sampleRows(s);
  const rowBytes = <usize>s.dimensions << 3;
  for (let i = 0; i < rows; i++) {
    const row = <i32>((<i64>i * <i64>s.baseRows) / <i64>rows);
    centredRow(s, s.base, s.baseInverses, row, scratch + <usize>i * rowBytes);
  }
  for (let j = 0; j < s.axes; j++) {
    const row = <i32>((<i64>j * <i64>rows) / <i64>s.axes);
    memory.copy(s.basis + <usize>j * rowBytes, scratch + <usize>row * rowBytes, rowBytes);
  }
  orthonormalize(s);
}

/** A part of one iteration: axes ← Σ over the sample of row · (row · axis), orthonormal again after the last of `parts`. */
export function basisStep(at: usize, scratch: usize, part: i32, parts: i32): void {
  const s = changetype<Search>(at);
  const rows = sampleRows(s);
  const rowBytes = <usize>s.dimensions << 3;
  const next = scratch + <usize>rows * rowBytes;
  if (part == 0) memory.fill(next, 0, <usize>s.axes * rowBytes);
  for (let i = (rows * part) / parts; i < (rows * (part + 1)) / parts; i++) {
    const row = scratch + <usize>i * rowBytes;
    for (let j = 0; j < s.axes; j++) {
      const place = <usize>j * rowBytes;
      add(next + place, row, dot(row, s.basis + place, s.dimensions), s.dimensions);
    }
  }
  if (part + 1 < parts) return;
  memory.copy(s.basis, next, <usize>s.axes * rowBytes);
  orthonormalize(s);
}

/** Gram–Schmidt, twice. An axis that depends on those before it becomes zero, which is as good as none. */
function orthonormalize(s: Search): void {
  const rowBytes = <usize>s.dimensions << 3;
  for (let j = 0; j < s.axes; j++) {
    const axis = s.basis + <usize>j * rowBytes;
    const before = sqrt(dot(axis, axis, s.dimensions));
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < j; i++) {
        const other = s.basis + <usize>i * rowBytes;
        add(axis, other, -dot(axis, other, s.dimensions), s.dimensions);
      }
    }
    const norm = sqrt(dot(axis, axis, s.dimensions));
    const factor = norm > 1e-9 * before ? 1 / norm : 0;
    for (let t: usize = 0; t < rowBytes; t += 8) store<f64>(axis + t, factor * load<f64>(axis + t));
    // After a division by a tiny norm what was left of the others would show.
    if (factor > 0 && norm < 1e-3 * before) {
      for (let i = 0; i < j; i++) {
        const other = s.basis + <usize>i * rowBytes;
        add(axis, other, -dot(axis, other, s.dimensions), s.dimensions);
      }
      const again = 1 / sqrt(dot(axis, axis, s.dimensions));
      for (let t: usize = 0; t < rowBytes; t += 8) store<f64>(axis + t, again * load<f64>(axis + t));
    }
  }
}

/** target += factor · source */
function add(target: usize, source: usize, factor: f64, length: i32): void {
  const f = f64x2.splat(factor);
  const wide = target + (<usize>(length & ~1) << 3);
  for (; target < wide; target += 16, source += 16) {
    store<v128>(target, f64x2.add(load<v128>(target), f64x2.mul(f, load<v128>(source))));
  }
  if (length & 1) store<f64>(target, load<f64>(target) + factor * load<f64>(source));
}
