/** Probabilities of the neighbours of each row. The perplexity is met by the bandwidth of each row; f64, stored as f32. */
import type { Slices } from "../../contract";
import type { KernelModule } from "../../module";
import type { NeighborLists } from "../../neighbors/contract";
import { sliceRows } from "../../slices";
import type { TsneAffinities } from "./contract";

/** Rounds of the search and the logarithm's and exponential's cost, in scalar operations an entry. */
const OPERATIONS_PER_ENTRY = 4_000;
/** What an entry costs to copy, in the same. */
const OPERATIONS_PER_COPY = 200;

export function tsneNeighbors(rows: number, perplexity: number): number {
  return Math.max(1, Math.min(rows - 1, Math.floor(3 * perplexity + 1)));
}

export function tsneAffinities(kernel: KernelModule, lists: NeighborLists, perplexity: number): Slices<TsneAffinities> {
  if (!(perplexity > 0)) throw new RangeError(`perplexity must be > 0, not ${perplexity}`);
  if (lists.rows > 1 && perplexity >= lists.rows) {
    throw new RangeError(`perplexity must be less than the ${lists.rows} rows, not ${perplexity}`);
  }
  return kernel.scopedSlices(() => affinities(kernel, lists, perplexity));
}

function* affinities(kernel: KernelModule, lists: NeighborLists, perplexity: number): Slices<TsneAffinities> {
  const { raw } = kernel;
  const { rows } = lists;
  const { k, neighbors, distances } = yield* padded(lists);
  const names = kernel.allocateI32(rows * k, neighbors);
  // The probabilities take the distances' place.
  const values = kernel.allocateF32(rows * k, distances);
  const share = 1 / (2 * rows);
  const wanted = raw.naturalLog(perplexity);
  yield* sliceRows(rows, OPERATIONS_PER_ENTRY * k, (from, to) =>
    raw.tsneProbabilities(values, k, from, to, wanted, share, values),
  );
  let entropy = 0;
  yield* sliceRows(rows, 20 * k * k, (from, to) => {
    entropy += raw.tsneEntropy(names, values, k, from, to);
  });
  return { rows, k, neighbors, probabilities: kernel.f32(values, rows * k).slice(), entropy };
}

/** Lists whose length is a multiple of four: the row itself, infinitely far, past the end. */
function* padded({ rows, k, neighbors, distances }: NeighborLists): Slices<NeighborLists> {
  const wide = Math.ceil(k / 4) * 4;
  const out = { rows, k: wide, neighbors: new Int32Array(rows * wide), distances: new Float32Array(rows * wide) };
  out.distances.fill(Infinity);
  const pad = (row: number): void => {
    out.neighbors.fill(row, row * wide, (row + 1) * wide);
    for (let j = 0; j < k; j++) {
      const neighbor = neighbors[row * k + j]!;
      if (neighbor < 0) break;
      if (neighbor >= rows || neighbor === row)
        throw new RangeError(`row ${row}: neighbour ${neighbor} of ${rows} rows`);
      out.neighbors[row * wide + j] = neighbor;
      out.distances[row * wide + j] = distances[row * k + j]!;
    }
  };
  yield* sliceRows(rows, OPERATIONS_PER_COPY * wide, (from, to) => {
    for (let row = from; row < to; row++) pad(row);
  });
  return out;
}
