/**
 * Sums of the M-step: counts, first and second moments of the rows about each component's center, weighted by responsibility. A chunk is
 * summed in f64, row after row, and its sums go on a grid: chunks may be added in any order, on any shard, with the same bytes.
 */
import { onGrid, onGrid2 } from "../grid";
import { densities, randomResponsibilities, responsibilities, responsibilitiesOf } from "./expectation";
import { CHUNK_LANES, CHUNK_ROWS, FULL, Mixture, paddedDimensions, TIED, triangleRow, triangleSize } from "./state";

/** E-step and sums of the rows [0, rows) at `x`; the sum of log-likelihoods of each chunk goes to `likelihoods` (f64). */
export function mixtureExpect(at: usize, x: usize, rows: i32, likelihoods: usize): void {
  const s = changetype<Mixture>(at);
  for (let first = 0; first < rows; first += CHUNK_ROWS, likelihoods += 8) {
    const count = min(CHUNK_ROWS, rows - first);
    const chunk = x + ((<usize>first * <usize>s.dimensions) << 2);
    densities(s, chunk, count);
    store<f64>(likelihoods, responsibilities(s, count, 0));
    addChunk(s, chunk, count);
  }
}

/** Sums of rows that belong to the components that `labels` names. */
export function mixtureStartLabels(at: usize, x: usize, rows: i32, labels: usize): void {
  const s = changetype<Mixture>(at);
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const count = min(CHUNK_ROWS, rows - first);
    responsibilitiesOf(s, labels + (<usize>first << 2), count);
    addChunk(s, x + ((<usize>first * <usize>s.dimensions) << 2), count);
  }
}

/** Sums of rows with random responsibilities; `firstRow` is the first one's place in the data set. */
export function mixtureStartRandom(at: usize, x: usize, rows: i32, firstRow: f64, seedLow: u32, seedHigh: u32, stream: u32, purpose: u32): void {
  const s = changetype<Mixture>(at);
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const count = min(CHUNK_ROWS, rows - first);
    randomResponsibilities(s, firstRow + <f64>first, count, seedLow, seedHigh, stream, purpose);
    addChunk(s, x + ((<usize>first * <usize>s.dimensions) << 2), count);
  }
}

/** Second moments of all rows about the origin, for a tied covariance. */
export function mixtureTotal(at: usize, x: usize, rows: i32): void {
  const s = changetype<Mixture>(at);
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const count = min(CHUNK_ROWS, rows - first);
    let row = x + ((<usize>first * <usize>s.dimensions) << 2);
    for (let i = 0; i < count; i++, row += <usize>s.dimensions << 2) gather(s, row, 0, 1, i);
    addTriangle(s, count, s.total);
  }
}

function addChunk(s: Mixture, x: usize, count: i32): void {
  const d = <usize>s.dimensions;
  for (let c: usize = 0; c < <usize>s.components; c++) {
    const members = listMembers(s, s.logs + c * (CHUNK_LANES << 3), x, count);
    if (members == 0) continue;
    const center = s.centers + ((c * d) << 2);
    const sums = s.sums + ((c * d) << 3);
    let total: f64 = 0;
    for (let i = 0; i < members; i++) total += load<f64>(s.shares + (<usize>i << 3));
    const countAt = s.counts + (c << 3);
    store<f64>(countAt, load<f64>(countAt) + onGrid(total, s.magic));
    if (s.shape == FULL) {
      for (let i = 0; i < members; i++) gather(s, load<u32>(s.members + (<usize>i << 2)), center, load<f64>(s.shares + (<usize>i << 3)), i);
      addGathered(s, members, sums);
      addTriangle(s, members, s.scatter + ((c * triangleSize(s.dimensions)) << 3));
    } else {
      addMoments(s, members, center);
      addPartial(s, s.partial, sums, false);
      if (s.shape != TIED) addPartial(s, s.partial + (d << 3), s.scatter + ((c * d) << 3), true);
    }
  }
}

/** Lists the rows that belong to a component at all, by address, with their shares; returns how many. */
function listMembers(s: Mixture, shares: usize, x: usize, count: i32): i32 {
  const rowBytes = <usize>s.dimensions << 2;
  let members = 0;
  for (let i = 0; i < count; i++, x += rowBytes) {
    const share = load<f64>(shares + (<usize>i << 3));
    store<u32>(s.members + (<usize>members << 2), <u32>x);
    store<f64>(s.shares + (<usize>members << 3), share);
    members += i32(share != 0);
  }
  return members;
}

/** Row `place` of the gathered ones: row − center, plain and weighted; 0 stands for a center at the origin. */
function gather(s: Mixture, row: usize, center: usize, share: f64, place: i32): void {
  const d = s.dimensions;
  const padded = paddedDimensions(d);
  let plain = s.plain + ((<usize>place * <usize>padded) << 3);
  let weighted = s.weighted + ((<usize>place * <usize>padded) << 3);
  for (let t = 0; t < d; t++, row += 4, plain += 8, weighted += 8) {
    const z = <f64>load<f32>(row) - (center ? <f64>load<f32>(center + (<usize>t << 2)) : 0);
    store<f64>(plain, z);
    store<f64>(weighted, share * z);
  }
  for (let t = d; t < padded; t++, plain += 8, weighted += 8) {
    store<f64>(plain, 0);
    store<f64>(weighted, 0);
  }
}

/** Partial sums of share · (row − center) and share · (row − center)² over the members, four dimensions at a time. */
function addMoments(s: Mixture, members: i32, center: usize): void {
  const d = s.dimensions;
  const first = s.partial;
  const second = s.partial + (<usize>d << 3);
  const end = s.members + (<usize>members << 2);
  let t: usize = 0;
  for (; t + 4 <= <usize>d; t += 4) {
    const c0 = f64x2.promote_low_f32x4(v128.load64_zero(center + (t << 2)));
    const c1 = f64x2.promote_low_f32x4(v128.load64_zero(center + (t << 2), 8));
    let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
    for (let at = s.members, share = s.shares; at < end; at += 4, share += 8) {
      const row = <usize>load<u32>(at) + (t << 2);
      const w = v128.load_splat<f64>(share);
      const z0 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(row)), c0);
      const z1 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(row, 8)), c1);
      const w0 = f64x2.mul(w, z0), w1 = f64x2.mul(w, z1);
      a0 = f64x2.add(a0, w0); a1 = f64x2.add(a1, w1);
      b0 = f64x2.add(b0, f64x2.mul(w0, z0)); b1 = f64x2.add(b1, f64x2.mul(w1, z1));
    }
    store<v128>(first + (t << 3), a0, 0); store<v128>(first + (t << 3), a1, 16);
    store<v128>(second + (t << 3), b0, 0); store<v128>(second + (t << 3), b1, 16);
  }
  for (; t < <usize>d; t++) {
    const c = <f64>load<f32>(center + (t << 2));
    let a: f64 = 0;
    let b: f64 = 0;
    for (let at = s.members, share = s.shares; at < end; at += 4, share += 8) {
      const z = <f64>load<f32>(<usize>load<u32>(at) + (t << 2)) - c;
      const w = load<f64>(share) * z;
      a += w;
      b += w * z;
    }
    store<f64>(first + (t << 3), a);
    store<f64>(second + (t << 3), b);
  }
}

/** Adds a chunk's sums, each on its dimension's grid, to `out`. */
function addPartial(s: Mixture, partial: usize, out: usize, squared: bool): void {
  for (let t: usize = 0; t < <usize>s.dimensions << 3; t += 8) {
    const reach = load<f64>(s.reach + t);
    const magic = squared ? s.magic * reach * reach : s.magic * reach;
    store<f64>(out + t, load<f64>(out + t) + onGrid(load<f64>(partial + t), magic));
  }
}

/** Adds the sum of the gathered weighted rows to `out`. */
function addGathered(s: Mixture, count: i32, out: usize): void {
  const step = <usize>paddedDimensions(s.dimensions) << 3;
  const end = s.weighted + <usize>count * step;
  for (let t: usize = 0; t < <usize>s.dimensions << 3; t += 8) {
    let sum: f64 = 0;
    for (let at = s.weighted + t; at < end; at += step) sum += load<f64>(at);
    store<f64>(s.partial + t, sum);
  }
  addPartial(s, s.partial, out, false);
}

/** Adds Σ plainᵀ weighted over the gathered rows to a packed upper triangle, in tiles of 4 × 4. */
function addTriangle(s: Mixture, count: i32, triangle: usize): void {
  const d = s.dimensions;
  const step = <usize>paddedDimensions(d) << 3;
  const end = s.plain + <usize>count * step;
  const across = s.weighted - s.plain;
  for (let t = 0; t < d; t += 4) {
    for (let u = t; u < d; u += 4) {
      let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
      let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      const toColumns = across + (<usize>(u - t) << 3);
      for (let z = s.plain + (<usize>t << 3); z < end; z += step) {
        const w0 = load<v128>(z + toColumns, 0), w1 = load<v128>(z + toColumns, 16);
        const z0 = v128.load_splat<f64>(z, 0);
        a0 = f64x2.add(a0, f64x2.mul(z0, w0)); b0 = f64x2.add(b0, f64x2.mul(z0, w1));
        const z1 = v128.load_splat<f64>(z, 8);
        a1 = f64x2.add(a1, f64x2.mul(z1, w0)); b1 = f64x2.add(b1, f64x2.mul(z1, w1));
        const z2 = v128.load_splat<f64>(z, 16);
        a2 = f64x2.add(a2, f64x2.mul(z2, w0)); b2 = f64x2.add(b2, f64x2.mul(z2, w1));
        const z3 = v128.load_splat<f64>(z, 24);
        a3 = f64x2.add(a3, f64x2.mul(z3, w0)); b3 = f64x2.add(b3, f64x2.mul(z3, w1));
      }
      addTileRow(s, triangle, t, u, a0, b0);
      if (t + 1 < d) addTileRow(s, triangle, t + 1, u, a1, b1);
      if (t + 2 < d) addTileRow(s, triangle, t + 2, u, a2, b2);
      if (t + 3 < d) addTileRow(s, triangle, t + 3, u, a3, b3);
    }
  }
}

@inline
function addTileRow(s: Mixture, triangle: usize, t: i32, u: i32, low: v128, high: v128): void {
  const d = s.dimensions;
  const row = triangleRow(triangle, d, t);
  const magic = s.magic * load<f64>(s.reach + (<usize>t << 3));
  if (u >= t && u + 4 <= d) {
    const at = row + (<usize>u << 3);
    const reach = s.reach + (<usize>u << 3);
    const m = f64x2.splat(magic);
    store<v128>(at, f64x2.add(load<v128>(at, 0), onGrid2(low, f64x2.mul(m, load<v128>(reach, 0)))), 0);
    store<v128>(at, f64x2.add(load<v128>(at, 16), onGrid2(high, f64x2.mul(m, load<v128>(reach, 16)))), 16);
    return;
  }
  addEntry(s, row, t, u, magic, f64x2.extract_lane(low, 0));
  addEntry(s, row, t, u + 1, magic, f64x2.extract_lane(low, 1));
  addEntry(s, row, t, u + 2, magic, f64x2.extract_lane(high, 0));
  addEntry(s, row, t, u + 3, magic, f64x2.extract_lane(high, 1));
}

function addEntry(s: Mixture, row: usize, t: i32, u: i32, magic: f64, value: f64): void {
  if (u < t || u >= s.dimensions) return;
  const at = row + (<usize>u << 3);
  store<f64>(at, load<f64>(at) + onGrid(value, magic * load<f64>(s.reach + (<usize>u << 3))));
}

/** Largest |value| of each column of `rows` float rows, into f64 × dimensions. */
export function columnPeaks(x: usize, rows: i32, dimensions: i32, peaks: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let t: usize = 0; t < <usize>dimensions << 3; t += 8, x += 4) store<f64>(peaks + t, max(load<f64>(peaks + t), <f64>abs(load<f32>(x))));
  }
}
