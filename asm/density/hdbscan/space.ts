/**
 * What a search over mutual reachability works on. Rows have a few filter coordinates, in which no two are farther apart than in truth, and
 * lie in cells of near rows; a place is a row's number in the order of the cells. Laid out by src/kernels/density/hdbscan/space.ts.
 */
import { COSINE, EUCLIDEAN, CHEBYSHEV, MANHATTAN, MINKOWSKI, rowDistance } from "../../neighbors/metric";
import { setPower } from "../../neighbors/power";
import { LARGEST, POWERS, PRODUCT, SUM } from "../../neighbors/state";

/** Below the largest float, at which columns of padding start. */
export const NO_LIMIT: f32 = 1e38;
/** Powers from which the largest difference is the filter: smaller ones would lose theirs below float32. */
const LARGEST_POWER: f64 = 8;
const HALF_ULP: f64 = 1.0 / 16777216.0;
/** Wider than the rounding of a distance to float32, and than what axes lack to be orthonormal. */
const WIDER: f64 = 1.000001;

/** Floats of a row's further coordinates: up to 15 axes, zeros, and the length of what is left beside all axes. */
export const DETAIL: usize = 16;

@unmanaged
export class Space {
  x: usize;
  rows: i32;
  dimensions: i32;
  metric: i32;
  filter: i32;
  power: f64;
  /** 1/‖row‖ (f64), where the metric is cosine. */
  inverses: usize;
  /** Power of two that brings values to magnitudes of at most 1. */
  scale: f64;
  /** Subtracted from scaled rows (f64). */
  mean: usize;
  /** Orthonormal axes (f64), or 0: then the coordinates are the row itself. */
  axes: usize;
  /** Coordinates that tiles compare: width − 1 axes and the length of what is left beside them. */
  width: i32;
  /** Axes after those, for pairs that the tiles let pass. */
  details: i32;
  /** Share of squared norms that products may be off by. */
  rounding: f64;
  /** What the rounding of coordinates may add to a distance. */
  blur: f64;

  /** By place: row, coordinates, further coordinates (`DETAIL` floats), squared norm, squared distance to the own cell's centre. */
  order: usize;
  points: usize;
  detail: usize;
  norms: usize;
  offsets: usize;

  cells: i32;
  /** First place of each cell, and the end. */
  starts: usize;
  centers: usize;
  radii: usize;
  centerNorms: usize;
  /** Largest squared norm in each cell, and of all. */
  cellNorms: usize;
  largestNorm: f64;
  panels: usize;
  /** Offset of each cell's panels. */
  panelAt: usize;
}

export function spaceBytes(): usize {
  return offsetof<Space>();
}

export function spaceRows(at: usize, x: usize, rows: i32, dimensions: i32, metric: i32, power: f64, inverses: usize): void {
  const s = changetype<Space>(at);
  s.x = x;
  s.rows = rows;
  s.dimensions = dimensions;
  s.metric = metric;
  s.power = power;
  s.inverses = inverses;
  if (metric == EUCLIDEAN || metric == COSINE) s.filter = PRODUCT;
  else if (metric == MANHATTAN) s.filter = SUM;
  else if (metric == CHEBYSHEV || power >= LARGEST_POWER) s.filter = LARGEST;
  else s.filter = POWERS;
  if (s.filter == POWERS) setPower(power);
}

export function spaceCoordinates(at: usize, scale: f64, mean: usize, axes: usize, width: i32, details: i32): void {
  const s = changetype<Space>(at);
  s.scale = s.metric == COSINE ? 1 : scale;
  s.mean = mean;
  s.axes = axes;
  s.width = width;
  s.details = details;
  s.rounding = (2 * <f64>width + 16) * HALF_ULP;
}

export function spacePlaces(at: usize, order: usize, points: usize, detail: usize, norms: usize, offsets: usize): void {
  const s = changetype<Space>(at);
  s.order = order;
  s.points = points;
  s.detail = detail;
  s.norms = norms;
  s.offsets = offsets;
}

export function spaceCells(at: usize, cells: i32, starts: usize, centers: usize, centerNorms: usize, radii: usize, cellNorms: usize, panels: usize, panelAt: usize): void {
  const s = changetype<Space>(at);
  s.cells = cells;
  s.starts = starts;
  s.centers = centers;
  s.centerNorms = centerNorms;
  s.radii = radii;
  s.cellNorms = cellNorms;
  s.panels = panels;
  s.panelAt = panelAt;
}

/** What coordinates are off by, once the largest norm is known. */
export function setBlur(s: Space): void {
  s.blur = s.filter == PRODUCT ? 4 * HALF_ULP * sqrt(s.largestNorm) : 1e-30;
}

/** Whether cells can be passed over: below p = 1 the triangle inequality does not hold. */
@inline
export function hasTriangle(s: Space): bool {
  return s.metric != MINKOWSKI || s.power >= 1;
}

/** Width of a cell's panels: what the products take, or all of 8. */
@inline
export function cellColumns(s: Space, columns: i32): i32 {
  return s.filter == PRODUCT ? (columns + 3) & ~3 : (columns + 7) & ~7;
}

@inline
export function startOf(s: Space, cell: i32): i32 {
  return load<i32>(s.starts + (<usize>cell << 2));
}

@inline
export function rowOf(s: Space, place: i32): i32 {
  return load<i32>(s.order + (<usize>place << 2));
}

/** Distance of the rows at two places, in f64 by differences. */
export function distanceBetween(s: Space, a: i32, b: i32): f64 {
  const i = <usize>rowOf(s, a);
  const j = <usize>rowOf(s, b);
  const rowBytes = <usize>s.dimensions << 2;
  const cosine = s.metric == COSINE;
  const u = cosine ? load<f64>(s.inverses + (i << 3)) : 0;
  const v = cosine ? load<f64>(s.inverses + (j << 3)) : 0;
  return rowDistance(s.metric, s.power, s.x + i * rowBytes, s.x + j * rowBytes, s.dimensions, u, v);
}

/** Distance of two points of the coordinates, as cells are bounded by it. */
export function coordinateDistance(s: Space, a: usize, b: usize): f64 {
  return rowDistance(s.metric == COSINE ? EUCLIDEAN : s.metric, s.power, a, b, s.width, 0, 0);
}

/**
 * Whether a pair whose tile gave `value` may still lie within `limit`: the first remainder, one number for all that the tile's axes left out,
 * gives way to the further axes and what they leave.
 */
export function passesDetail(s: Space, a: i32, b: i32, value: f32, limit: f32): bool {
  if (s.details == 0) return true;
  const last = <usize>(s.width - 1) << 2;
  const rowBytes = <usize>s.width << 2;
  const left = load<f32>(s.points + <usize>a * rowBytes + last) - load<f32>(s.points + <usize>b * rowBytes + last);
  const from = s.detail + <usize>a * (DETAIL << 2);
  const to = s.detail + <usize>b * (DETAIL << 2);
  let sums = f32x4.splat(0);
  for (let t: usize = 0; t < DETAIL << 2; t += 16) {
    const v = f32x4.sub(load<v128>(from + t), load<v128>(to + t));
    sums = f32x4.add(sums, f32x4.mul(v, v));
  }
  const further = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  return value - left * left + further <= limit;
}

/** How far apart, in coordinates, rows within `distance` can lie. */
export function reachOf(s: Space, distance: f64): f32 {
  if (distance >= <f64>f32.MAX_VALUE) return Infinity;
  const true_ = s.metric == COSINE ? sqrt(2 * distance) : distance * s.scale;
  return <f32>((true_ * WIDER + s.blur) * WIDER);
}

/** What the tiles' values do not exceed for rows within `reach` of a query with squared norm `norm`, in a cell of norms up to `most`. */
export function limitOf(s: Space, reach: f32, norm: f32, most: f32): f32 {
  if (reach >= <f32>1e18) return NO_LIMIT;
  const r = <f64>reach;
  let limit = r * WIDER;
  if (s.filter == PRODUCT) limit = r * r * WIDER - <f64>norm + s.rounding * (<f64>norm + <f64>most);
  else if (s.filter == POWERS) limit = Math.pow(r, s.power) * 1.001 + <f64>s.width * 1e-37;
  else limit = r * (1 + (<f64>s.width + 8) * HALF_ULP) * WIDER;
  return <f32>(limit + abs(limit) * (WIDER - 1));
}
