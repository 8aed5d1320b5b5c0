/** A block of queries: up to 240 consecutive places of one cell, how far each still looks, and how near each cell could come to it. */
import { GROUP_COLUMNS, listRange, panelProducts, TILE_ROWS } from "../../linalg/panels";
import { squaredDistance } from "../../linalg/rows";
import { PRODUCT } from "../../neighbors/state";
import { coordinateDistance, hasTriangle, Space, startOf } from "./space";

@unmanaged
export class Queries {
  first: i32;
  count: i32;
  cell: i32;
  /** Limit of each query's search, as a distance of coordinates; negative where it looks for nothing. */
  reaches: usize;
  /** cells × queries: squared distances to a cell's centre where the filter is a product, otherwise lower bounds of the distances to its rows. */
  bounds: usize;
  /** Cells by their centre's distance from this cell's centre, and those distances (f32). */
  cells: usize;
  separations: usize;
  /** Queries that a cell concerns, and the columns that they meet: the next tile takes `tile` queries from `done` on. */
  list: usize;
  listed: i32;
  done: i32;
  tile: i32;
  columns: i32;
  /** Place of each column, and the bytes of a row of products. */
  places: usize;
  stride: usize;
  products: usize;
  /** Work of the staircase: see staircase.ts. */
  steps: bool;
  positions: usize;
  advances: usize;
  sorted: usize;
  ends: usize;
  panel: usize;
}

const STRIDE: usize = <usize>GROUP_COLUMNS << 2;

export function queriesBytes(cells: i32, width: i32): usize {
  const list = <usize>(max(cells, GROUP_COLUMNS) + TILE_ROWS) << 2;
  const tile = <usize>(GROUP_COLUMNS + TILE_ROWS) * STRIDE + 4 * (STRIDE + 64) + 320 + <usize>(width + 1) * STRIDE;
  return 1024 + STRIDE + <usize>(cells + TILE_ROWS) * (STRIDE + 8) + list + tile;
}

/** Lays a block out over `queriesBytes` bytes. */
export function queriesLayout(at: usize, cells: i32, width: i32): void {
  const q = changetype<Queries>(at);
  q.reaches = at + 256;
  q.bounds = q.reaches + STRIDE;
  q.cells = q.bounds + <usize>(cells + TILE_ROWS) * STRIDE;
  q.separations = q.cells + (<usize>(cells + TILE_ROWS) << 2);
  q.list = q.separations + (<usize>(cells + TILE_ROWS) << 2);
  q.products = (q.list + (<usize>(max(cells, GROUP_COLUMNS) + TILE_ROWS) << 2) + 63) & ~63;
  q.places = q.products + <usize>(GROUP_COLUMNS + TILE_ROWS) * STRIDE;
  q.positions = q.places + STRIDE + 64;
  q.advances = q.positions + STRIDE + 64;
  q.sorted = q.advances + STRIDE + 64;
  q.ends = q.sorted + STRIDE + 64;
  q.panel = q.ends + 320;
}

/** The queries of `cell` from its `group`-th 240 on; reaches are the caller's. Returns how many there are. */
export function openQueries(s: Space, q: Queries, cell: i32, group: i32): i32 {
  const from = startOf(s, cell) + group * GROUP_COLUMNS;
  q.first = from;
  q.count = min(GROUP_COLUMNS, startOf(s, cell + 1) - from);
  q.cell = cell;
  return q.count;
}

/** Bounds and order of the cells, once it is known that any query looks for anything. */
export function boundQueries(s: Space, q: Queries): void {
  orderCells(s, q);
  // Queries of padding look for nothing.
  for (let i = q.count; i & 3; i++) store<f32>(q.reaches + (<usize>i << 2), -1);
  if (s.filter == PRODUCT) boundByProducts(s, q);
  else boundByRadius(s, q);
}

function orderCells(s: Space, q: Queries): void {
  const bytes = <usize>s.width << 2;
  const own = s.centers + <usize>q.cell * bytes;
  for (let c = 0; c < s.cells; c++) {
    store<f32>(q.separations + (<usize>c << 2), <f32>sqrt(squaredDistance(own, s.centers + <usize>c * bytes, s.width)));
    store<i32>(q.cells + (<usize>c << 2), c);
  }
  // Shell's sort; the own cell, at distance 0, comes first unless centres coincide.
  let gap = 1;
  while (gap < s.cells / 3) gap = 3 * gap + 1;
  for (; gap > 0; gap /= 3) {
    for (let i = gap; i < s.cells; i++) {
      const cell = load<i32>(q.cells + (<usize>i << 2));
      const key = separation(q, cell);
      let j = i;
      for (; j >= gap; j -= gap) {
        const other = load<i32>(q.cells + (<usize>(j - gap) << 2));
        if (separation(q, other) <= key) break;
        store<i32>(q.cells + (<usize>j << 2), other);
      }
      store<i32>(q.cells + (<usize>j << 2), cell);
    }
  }
}

@inline
export function separation(q: Queries, cell: i32): f32 {
  return load<f32>(q.separations + (<usize>cell << 2));
}

/** Squared distances of the queries to every centre. */
function boundByProducts(s: Space, q: Queries): void {
  const stride = rowBytesOf(q);
  const panels = s.panels + <usize>load<i32>(s.panelAt + (<usize>q.cell << 2)) + <usize>(q.first - startOf(s, q.cell)) * (<usize>(s.width + 1) << 2);
  listRange(q.list, 0, s.cells);
  panelProducts(s.centers, s.width, q.list, s.cells, panels, q.count, q.bounds, stride);
  for (let c = 0; c < s.cells; c++) {
    const at = q.bounds + <usize>c * stride;
    const norm = f32x4.splat(load<f32>(s.centerNorms + (<usize>c << 2)));
    for (let i: usize = 0; i < stride; i += 16) store<v128>(at + i, f32x4.add(load<v128>(at + i), norm));
  }
}

/** Bytes of a row of `bounds`. */
@inline
export function rowBytesOf(q: Queries): usize {
  return <usize>((q.count + 3) & ~3) << 2;
}

/** What squared distances to two centres may be off by, together. */
@inline
export function doubtOf(s: Space): f32 {
  return <f32>(4 * s.rounding * s.largestNorm);
}

function boundByRadius(s: Space, q: Queries): void {
  const stride = rowBytesOf(q);
  const bytes = <usize>s.width << 2;
  for (let c = 0; c < s.cells; c++) {
    const center = s.centers + <usize>c * bytes;
    const radius = <f64>load<f32>(s.radii + (<usize>c << 2));
    for (let i = 0; i < q.count; i++) {
      const bound = hasTriangle(s) ? coordinateDistance(s, s.points + <usize>(q.first + i) * bytes, center) * 0.999999 - radius : -1;
      store<f32>(q.bounds + <usize>c * stride + (<usize>i << 2), <f32>bound);
    }
  }
}
