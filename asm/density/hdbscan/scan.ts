/**
 * One block of queries against one cell: the queries that the cell could concern are gathered, a blocked tile gives the filter values of
 * all pairs, and those within a query's limit are visited.
 */
import { GROUP_COLUMNS, padList, panelProducts } from "../../linalg/panels";
import { chebyshev4x8, manhattan4x8, minkowski2x8 } from "../../neighbors/generated/tiles";
import { LARGEST, PRODUCT, SUM } from "../../neighbors/state";
import { Queries } from "./queries";
import { cellColumns, limitOf, Space, startOf } from "./space";

/** Gathers the queries whose reach passes the cell's bound; returns how many. */
export function gather(q: Queries, cell: i32): i32 {
  const end = <usize>((q.count + 3) & ~3) << 2;
  const bounds = q.bounds + <usize>cell * end;
  let count = 0;
  for (let i: usize = 0; i < end; i += 16) {
    let passing = i32x4.bitmask(f32x4.le(load<v128>(bounds + i), load<v128>(q.reaches + i)));
    // A reach is negative where nothing is looked for, and a bound may be.
    passing &= i32x4.bitmask(f32x4.ge(load<v128>(q.reaches + i), f32x4.splat(0)));
    for (; passing; passing &= passing - 1) {
      store<i32>(q.list + (<usize>count << 2), q.first + <i32>(i >> 2) + ctz(passing));
      count++;
    }
  }
  return count;
}

/** Filter values of the first `count` listed queries against columns [from, from + columns) of the cell; returns the bytes of a row. */
export function filter(s: Space, q: Queries, count: i32, cell: i32, from: i32, columns: i32): usize {
  const end = q.list + (<usize>count << 2);
  padList(end, load<i32>(end - 4));
  const rowBytes = <usize>s.width << 2;
  const stride = <usize>cellColumns(s, columns) << 2;
  let panel = s.panels + <usize>load<i32>(s.panelAt + (<usize>cell << 2)) + <usize>from * (rowBytes + 4);
  if (s.filter == PRODUCT) {
    panelProducts(s.points, s.width, q.list, count, panel, columns, q.products, stride);
    return stride;
  }
  for (let column: usize = 0; column < stride; column += 32, panel += (rowBytes + 4) << 3) {
    const out = q.products + column;
    if (s.filter == SUM) manhattan4x8(s.points, rowBytes, q.list, count, panel, out, stride);
    else if (s.filter == LARGEST) chebyshev4x8(s.points, rowBytes, q.list, count, panel, out, stride);
    else minkowski2x8(s.points, rowBytes, q.list, count, panel, out, stride);
  }
  return stride;
}

/** Limit of a query's filter values in a cell. */
@inline
export function cellLimit(s: Space, q: Queries, slot: i32, cell: i32): f32 {
  const place = <usize>(q.first + slot) << 2;
  return limitOf(s, load<f32>(q.reaches + (<usize>slot << 2)), load<f32>(s.norms + place), load<f32>(s.cellNorms + (<usize>cell << 2)));
}

@inline
export function groupsOf(s: Space, cell: i32): i32 {
  return (startOf(s, cell + 1) - startOf(s, cell) + GROUP_COLUMNS - 1) / GROUP_COLUMNS;
}
