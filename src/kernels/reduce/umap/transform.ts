/**
 * New rows in a layout that stays. Departures from the reference, so that a row's place does not depend on which others come with it: weights are not
 * scaled by the largest of the batch, the least width is a share of the row's own mean distance, and random numbers are keyed by the row.
 */
import type { Slices } from "../../contract";
import type { KernelModule } from "../../module";
import type { NeighborLists } from "../../neighbors/contract";
import { sliceRows } from "../../slices";
import type { UmapOptions } from "../contract";
import { umapCurve } from "./curve";
import { strengths } from "./graph";
import { descend, loadEdges, loadPoints, readPoints } from "./layout";
import { settings } from "./options";

const EPOCHS = 100;
/** New rows start near their place: they move more slowly than in the fit. */
const RATE_SHARE = 0.25;
/** By which the slices of the means are cut. */
const OPERATIONS_PER_VALUE = 200;

export function umapTransform(
  kernel: KernelModule,
  lists: NeighborLists,
  layout: Float32Array,
  options: UmapOptions & { firstRow?: number },
): Slices<Float32Array> {
  const chosen = settings(options, EPOCHS);
  const { components } = chosen;
  const { rows, k, neighbors } = lists;
  const placed = layout.length / components;
  if (!Number.isInteger(placed)) throw new RangeError(`${layout.length} coordinates are not rows of ${components}`);
  for (const to of neighbors) if (to >= placed) throw new RangeError(`neighbour ${to} is not among ${placed} rows`);
  const curve = umapCurve(kernel, chosen.minDist, chosen.spread);
  return kernel.scopedSlices(function* () {
    const weights = yield* strengths(kernel, lists, false);
    const offsets = Int32Array.from({ length: rows + 1 }, (_, i) => i * k);
    const edges = yield* loadEdges(kernel, { nodes: rows, offsets, neighbors, weights }, 1, chosen.epochs);
    const others = loadPoints(kernel, layout, components);
    const heads = loadPoints(kernel, yield* weightedMeans(lists, weights, layout, components), components);
    const points = { heads, count: rows, others, otherCount: placed, edges, first: options.firstRow ?? 0 };
    yield* descend(kernel, points, chosen, curve, chosen.learningRate * RATE_SHARE, 0, chosen.epochs);
    return readPoints(kernel, heads, rows, components);
  });
}

/** Mean of the neighbours' places by strength; a row that coincides with a neighbour starts on it, one without any at the origin. */
function* weightedMeans(
  { rows, k, neighbors, distances }: NeighborLists,
  weights: Float32Array,
  layout: Float32Array,
  components: number,
): Slices<Float32Array> {
  const means = new Float32Array(rows * components);
  const sums = new Float64Array(components);
  const place = (i: number): void => {
    sums.fill(0);
    let total = 0;
    // Ascending distances: with a zero at the front, only the first entry counts.
    const last = k > 0 && distances[i * k] === 0 ? i * k + 1 : (i + 1) * k;
    for (let e = i * k; e < last; e++) {
      const weight = weights[e]!;
      if (!(weight > 0)) continue;
      total += weight;
      for (let t = 0; t < components; t++) sums[t]! += weight * layout[neighbors[e]! * components + t]!;
    }
    if (total > 0) for (let t = 0; t < components; t++) means[i * components + t] = sums[t]! / total;
  };
  yield* sliceRows(rows, OPERATIONS_PER_VALUE * k * components, (from, to) => {
    for (let i = from; i < to; i++) place(i);
  });
  return means;
}
