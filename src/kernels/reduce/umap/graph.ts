/** The fuzzy simplicial set: each row's neighbourhood by its own scale, and the union of both directions, a + b − ab. */
import type { Slices } from "../../contract";
import type { Graph } from "../../graph/contract";
import { symmetricGraph } from "../../graph/graph";
import type { KernelModule } from "../../module";
import type { NeighborLists } from "../../neighbors/contract";
import { sliceRows } from "../../slices";

/** About so many exponentials are taken for a neighbour until its row's width is found. */
const EXPONENTIALS = 25;
const OPERATIONS_EACH = 60;

export function* umapGraph(kernel: KernelModule, lists: NeighborLists): Slices<Graph> {
  const weights = yield* strengths(kernel, lists, true);
  return yield* symmetricGraph(lists, weights, (a, b) => a + b - a * b);
}

/** rows × k membership strengths. `fit`: of the rows among themselves, else of new rows towards a layout's. */
export function* strengths(kernel: KernelModule, lists: NeighborLists, fit: boolean): Slices<Float32Array> {
  const { rows, k, distances } = lists;
  if (distances.length !== rows * k || lists.neighbors.length !== rows * k) {
    throw new RangeError(`${distances.length} distances for ${rows} × ${k} entries`);
  }
  const mean = yield* meanDistance(lists);
  return yield* kernel.scopedSlices(function* () {
    const at = kernel.allocateF32(rows * k, distances);
    yield* sliceRows(rows, k * EXPONENTIALS * OPERATIONS_EACH, (from, to) =>
      kernel.raw.umapStrengths(at, k, from, to, fit, mean),
    );
    return kernel.f32(at, rows * k).slice();
  });
}

/** Over all entries and each row's own 0. Throws `RangeError` for a distance that is none. */
function* meanDistance({ rows, k, neighbors, distances }: NeighborLists): Slices<number> {
  let sum = 0;
  let count = rows;
  yield* sliceRows(distances.length, OPERATIONS_EACH, (from, to) => {
    for (let e = from; e < to; e++) {
      const distance = distances[e]!;
      if (neighbors[e]! < 0 ? distance !== Infinity : !(distance >= 0 && distance < Infinity)) {
        const place = `row ${Math.floor(e / k)}, entry ${e % k}`;
        throw new RangeError(`${place}: distance ${distance} of neighbour ${neighbors[e]}`);
      }
      if (distance === Infinity) continue;
      sum += distance;
      count++;
    }
  });
  return count === 0 ? 0 : sum / count;
}
