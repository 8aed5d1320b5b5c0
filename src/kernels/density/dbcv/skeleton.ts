import type { Slices } from "../../contract";

/** Distances of `row` to `rows`, until the next call. */
export type Distances = (row: number, rows: Int32Array) => Float64Array;

/** What of a cluster counts for its validity: the spanning tree of its rows under mutual reachability, without its ends. */
export interface Skeleton {
  rows: Int32Array;
  /** Rows with more than one edge, and their core distances; all rows where there is none. */
  inner: Int32Array;
  innerCores: Float64Array;
  /** Largest weight of an edge between inner rows; of any edge where there is none. */
  sparseness: number;
}

/**
 * Prim's algorithm over all pairs: a row's distances are computed when it joins, so memory stays linear. A core distance weighs many edges alike; among
 * those the shortest comes first, so that the order of rows has no say in which rows are inner ones.
 */
export function* skeleton(
  rows: Int32Array,
  distances: Distances,
  core: (count: number) => number,
  step: { done: number; total: number },
): Slices<Skeleton> {
  const count = rows.length;
  const cores = new Float64Array(count);
  for (const [i, row] of rows.entries()) {
    distances(row, rows);
    cores[i] = core(count);
    step.done++;
    yield { ...step };
  }
  const nearest = new Float64Array(count).fill(Infinity);
  const lengths = new Float64Array(count).fill(Infinity);
  const sources = new Int32Array(count).fill(-1);
  const degrees = new Int32Array(count);
  const joined = new Uint8Array(count);
  for (let at = 0, left = count - 1; left > 0; left--) {
    joined[at] = 1;
    const reach = distances(rows[at]!, rows);
    let next = -1;
    for (let j = 0; j < count; j++) {
      if (joined[j]) continue;
      const weight = Math.max(reach[j]!, cores[at]!, cores[j]!);
      if (weight < nearest[j]! || (weight === nearest[j]! && reach[j]! < lengths[j]!)) {
        nearest[j] = weight;
        lengths[j] = reach[j]!;
        sources[j] = at;
      }
      if (next < 0 || nearest[j]! < nearest[next]! || (nearest[j] === nearest[next] && lengths[j]! < lengths[next]!)) {
        next = j;
      }
    }
    degrees[next]!++;
    degrees[sources[next]!]!++;
    at = next;
    step.done++;
    yield { ...step };
  }
  return inside(rows, cores, nearest, sources, degrees);
}

/** `sources[i]` is the row that i joined by an edge of weight `weights[i]`; −1 for the first. */
function inside(
  rows: Int32Array,
  cores: Float64Array,
  weights: Float64Array,
  sources: Int32Array,
  degrees: Int32Array,
): Skeleton {
  const isInner = (i: number): boolean => degrees[i]! > 1;
  const edges = [...sources.keys()].filter((i) => sources[i]! >= 0);
  const innerEdges = edges.filter((i) => isInner(i) && isInner(sources[i]!));
  const counted = innerEdges.length > 0 ? innerEdges : edges;
  const innerRows = [...degrees.keys()].filter(isInner);
  const inner = innerRows.length > 0 ? innerRows : [...degrees.keys()];
  return {
    rows,
    inner: Int32Array.from(inner, (i) => rows[i]!),
    innerCores: Float64Array.from(inner, (i) => cores[i]!),
    sparseness: counted.reduce((most, i) => Math.max(most, weights[i]!), 0),
  };
}
