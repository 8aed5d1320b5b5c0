/** A block of queries against blocks of the base: how far apart they are at least, and the filter's values of all pairs. */
import { panelProducts } from "../linalg/panels";
import { squaredDistance } from "../linalg/rows";
import { blockPanels, growBox } from "./base";
import { chebyshev4x8, manhattan4x8, minkowski2x8 } from "./generated/tiles";
import { prepareRow } from "./prepare";
import { LARGEST, POWERS, PRODUCT, Search, SUM } from "./state";

/** Prepares the queries at positions [first, first + count) and their distances to all blocks. */
export function openQueries(s: Search, first: i32, count: i32): void {
  s.first = first;
  s.count = count;
  s.askedQuery = -1;
  s.radius = 0;
  for (let i = 0; i < count; i++) {
    const out = s.prepared + ((<usize>i * <usize>s.width) << 2);
    const norm = prepareRow(s, s.queries, s.queryInverses, queryRow(s, i), out);
    store<f32>(s.norms + (<usize>i << 2), <f32>norm);
    s.radius = max(s.radius, sqrt(norm));
    growBox(s, s.corners, out, i == 0);
  }
  if (s.centers) return centerDistances(s);
  for (let block = 0; block < s.blocks; block++) {
    store<f64>(s.gaps + (<usize>block << 3), gap(s, s.corners, s.boxes + ((<usize>block * <usize>s.width) << 3), load<f64>(s.radii + (<usize>block << 3))));
  }
}

/** Squared distances from the queries' mean to the blocks': no bounds, but an order in which to meet them. */
function centerDistances(s: Search): void {
  const bytes = <usize>s.width << 2;
  const mean = s.corners;
  memory.fill(mean, 0, bytes);
  for (let i = 0; i < s.count; i++) {
    const row = s.prepared + <usize>i * bytes;
    for (let t: usize = 0; t < bytes; t += 4) store<f32>(mean + t, load<f32>(mean + t) + load<f32>(row + t) / <f32>s.count);
  }
  for (let block = 0; block < s.blocks; block++) {
    store<f64>(s.gaps + (<usize>block << 3), squaredDistance(mean, s.centers + <usize>block * bytes, s.width));
  }
}

@inline
export function queryRow(s: Search, query: i32): i32 {
  return load<i32>(s.queryOrder + (<usize>(s.first + query) << 2));
}

/** The first position known to hold the same row as this one. */
@inline
export function copiesOf(s: Search, position: i32): i32 {
  return load<i32>(s.copies + (<usize>position << 2));
}

@inline
export function baseRow(s: Search, position: i32): i32 {
  return load<i32>(s.baseOrder + (<usize>position << 2));
}

/** Lower bound of the filter's values (without the query's norm) between two boxes, less what rounding may have moved their rows. */
function gap(s: Search, a: usize, b: usize, radius: f64): f64 {
  const bytes = <usize>s.width << 2;
  let sum: f64 = 0;
  let largest: f64 = 0;
  for (let t: usize = 0; t < bytes; t += 4) {
    const between = max(<f64>load<f32>(a + t) - <f64>load<f32>(b + bytes + t), <f64>load<f32>(b + t) - <f64>load<f32>(a + bytes + t));
    if (between <= 0) continue;
    largest = max(largest, between);
    sum += s.filter == PRODUCT ? between * between : between;
  }
  if (s.filter == SUM) return sum * 0.9999999;
  if (s.filter == LARGEST) return largest * 0.9999999;
  if (s.filter == POWERS) return largest > 0 ? Math.pow(largest, s.power) * 0.99999 : 0;
  const distance = max(0, sqrt(sum) - 5e-7 * (s.radius + radius));
  return distance * distance;
}

/** Values of the `count` queries in the list, which is padded, against a block: rows of `leaf` floats. */
export function filterBlock(s: Search, count: i32, block: i32): void {
  const panels = blockPanels(s, block);
  const stride = <usize>s.leaf << 2;
  if (s.filter == PRODUCT) return panelProducts(s.prepared, s.width, s.list, count, panels, s.leaf, s.products, stride);
  const rowBytes = <usize>s.width << 2;
  let panel = panels;
  for (let column: usize = 0; column < stride; column += 32) {
    const out = s.products + column;
    if (s.filter == SUM) manhattan4x8(s.prepared, rowBytes, s.list, count, panel, out, stride);
    else if (s.filter == LARGEST) chebyshev4x8(s.prepared, rowBytes, s.list, count, panel, out, stride);
    else minkowski2x8(s.prepared, rowBytes, s.list, count, panel, out, stride);
    panel += <usize>(s.width + 1) << 5;
  }
}
