/** Which rows are within a distance: what the filter lets pass is taken where its bounds allow it, and measured in f64 where they do not. */
import { isFar, WIDER } from "./candidates";
import { baseRow, copiesOf, queryRow } from "./filter";
import { COSINE, rowDistance } from "./metric";
import { NO_LIMIT, POWERS, PRODUCT, Search } from "./state";

/** The other side of `limitOf`: a filter value up to which every row is within `distance`, for products with what `excess` says on top. */
export function sureLimit(s: Search, query: i32, distance: f64): f32 {
  const reach = distance / WIDER;
  if (s.filter == PRODUCT) {
    // On a few axes, or in the middle of the sphere, a row looks nearer than it is.
    if (s.axes > 0 || (s.metric == COSINE && load<f64>(s.queryInverses + (<usize>queryRow(s, query) << 3)) == 0)) return -NO_LIMIT;
    const squared = s.metric == COSINE ? 2 * reach : reach * s.scale * reach * s.scale;
    return roundDown(squared - <f64>load<f32>(s.norms + (<usize>query << 2)) * (1 + 2 * s.rounding));
  }
  const scaled = reach * s.scale;
  const value = s.filter == POWERS ? Math.pow(scaled, s.power) * (1 - 1e-5) : scaled;
  return roundDown((value / s.stretch - s.vanished) * (1 - 4 * s.rounding));
}

/** How much a product may lie below the true value, beyond what the query's norm gives. */
@inline
export function excess(s: Search, position: i32): f32 {
  if (s.filter != PRODUCT) return 0;
  if (s.metric == COSINE && load<f64>(s.baseInverses + (<usize>baseRow(s, position) << 3)) == 0) return NO_LIMIT;
  return <f32>(2 * s.rounding) * load<f32>(s.baseNorms + (<usize>position << 2));
}

/**
 * Whether the row at a position is within `distance` of a query, decided in f64. A row is within any distance of itself. The distance is the same for
 * all rows and queries until others are opened.
 */
export function isWithin(s: Search, query: i32, position: i32, distance: f64): bool {
  const row = queryRow(s, query);
  const other = baseRow(s, position);
  if (s.firstQuery + row == s.firstBase + other) return true;
  const copies = copiesOf(s, position);
  if (s.askedQuery == query && s.askedCopies == copies) return s.answer;
  s.askedQuery = query;
  s.askedCopies = copies;
  s.answer = decide(s, query, row, other, distance);
  return s.answer;
}

function decide(s: Search, query: i32, row: i32, other: i32, distance: f64): bool {
  const cosine = s.metric == COSINE;
  const own = cosine ? load<f64>(s.queryInverses + (<usize>row << 3)) : 0;
  const inverse = cosine ? load<f64>(s.baseInverses + (<usize>other << 3)) : 0;
  const rowBytes = <usize>s.dimensions << 2;
  const a = s.queries + <usize>row * rowBytes;
  const b = s.base + <usize>other * rowBytes;
  if (s.axes > 0 && isFar(s, query, a, b, own, inverse, load<f32>(s.limits + (<usize>query << 2)))) return false;
  return rowDistance(s.metric, s.power, a, b, s.dimensions, own, inverse) <= distance;
}

@inline
function roundDown(value: f64): f32 {
  return max(-NO_LIMIT, min<f32>(NO_LIMIT / 2, <f32>(value - abs(value) * (WIDER - 1))));
}
