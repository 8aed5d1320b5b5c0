/**
 * One block of queries against one cell: the queries that the cell could concern are gathered, and a blocked tile gives the filter values of
 * their pairs with its rows.
 */
import { padList, panelProducts } from "../../linalg/panels";
import { chebyshev4x8, manhattan4x8, minkowski2x8 } from "../../neighbors/generated/tiles";
import { LARGEST, PRODUCT, SUM } from "../../neighbors/state";
import { doubtOf, Queries, rowBytesOf, separation } from "./queries";
import { cellColumns, limitOf, Space, startOf } from "./space";

/**
 * Gathers the queries whose reach passes the cell's bound. A row x of a cell with centre c and radius r lies at least |y − c| − r from a query y; and
 * since c is the nearest centre to x, at least (|y − c|² − |y − a|²) / 2|a − c| for any other centre a: the distance to the plane between them.
 */
export function gather(s: Space, q: Queries, cell: i32): void {
  const end = rowBytesOf(q);
  const bounds = q.bounds + <usize>cell * end;
  const own = q.bounds + <usize>q.cell * end;
  const zero = f32x4.splat(0);
  const product = s.filter == PRODUCT;
  const doubt = f32x4.splat(doubtOf(s));
  const radius = f32x4.splat(load<f32>(s.radii + (<usize>cell << 2)));
  const apart = separation(q, cell);
  const half = f32x4.splat(cell == q.cell || apart == 0 ? 0 : <f32>0.49999 / apart);
  let count = 0;
  for (let i: usize = 0; i < end; i += 16) {
    const reach = load<v128>(q.reaches + i);
    let bound = load<v128>(bounds + i);
    if (product) {
      const ball = f32x4.sub(f32x4.sqrt(f32x4.max(zero, f32x4.sub(bound, doubt))), radius);
      const further = f32x4.sub(f32x4.sub(bound, load<v128>(own + i)), doubt);
      bound = f32x4.max(ball, f32x4.mul(further, half));
    }
    // A reach is negative where nothing is looked for, and a bound may be.
    let passing = i32x4.bitmask(v128.and(f32x4.le(bound, reach), f32x4.ge(reach, zero)));
    for (; passing; passing &= passing - 1) {
      store<i32>(q.list + (<usize>count << 2), q.first + <i32>(i >> 2) + ctz(passing));
      count++;
    }
  }
  q.listed = count;
}

/** One tile of all listed queries with columns [from, from + columns) of the cell. */
export function wholeTile(s: Space, q: Queries, cell: i32, from: i32, columns: i32): void {
  const first = startOf(s, cell) + from;
  for (let j = 0; j < columns; j++) store<i32>(q.places + (<usize>j << 2), first + j);
  const end = q.list + (<usize>q.listed << 2);
  padList(end, load<i32>(end - 4));
  const rowBytes = <usize>s.width << 2;
  q.stride = <usize>cellColumns(s, columns) << 2;
  q.tile = q.listed;
  let panel = s.panels + <usize>load<i32>(s.panelAt + (<usize>cell << 2)) + <usize>from * (rowBytes + 4);
  if (s.filter == PRODUCT) {
    panelProducts(s.points, s.width, q.list, q.listed, panel, columns, q.products, q.stride);
    return;
  }
  for (let column: usize = 0; column < q.stride; column += 32, panel += (rowBytes + 4) << 3) {
    const out = q.products + column;
    if (s.filter == SUM) manhattan4x8(s.points, rowBytes, q.list, q.listed, panel, out, q.stride);
    else if (s.filter == LARGEST) chebyshev4x8(s.points, rowBytes, q.list, q.listed, panel, out, q.stride);
    else minkowski2x8(s.points, rowBytes, q.list, q.listed, panel, out, q.stride);
  }
}

/** Limit of a query's filter values in a cell. */
@inline
export function cellLimit(s: Space, q: Queries, slot: i32, cell: i32): f32 {
  const place = <usize>(q.first + slot) << 2;
  return limitOf(s, load<f32>(q.reaches + (<usize>slot << 2)), load<f32>(s.norms + place), load<f32>(s.cellNorms + (<usize>cell << 2)));
}
