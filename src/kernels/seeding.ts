/** Where k-means starts: k-means++, distinct random rows, or given centroids. */
import type { KMeansOptions, Slices, Step } from "./contract";
import { FLOAT32_MAX } from "./grid";
import type { KernelMatrix } from "./matrix";
import type { KernelModule } from "./module";
import { PURPOSE, type SeedWords, seedWords, uniform } from "./random";
import { sliceRows } from "./slices";

/** The arrays of a k-means that seeding reads; addresses in the module. */
export interface SeedingData {
  matrix: KernelMatrix;
  weights: number;
  norms: number;
  scale: number;
}

/** Start centroids, clusters × dimensions. Allocates nothing that outlives it. */
export function* startCentroids(kernel: KernelModule, data: SeedingData, options: KMeansOptions): Slices<Float32Array> {
  const { clusters, init } = options;
  const { dimensions } = data.matrix;
  if (init instanceof Float32Array) {
    if (init.length !== clusters * dimensions) {
      throw new RangeError(`init has ${init.length} values, not ${clusters} × ${dimensions}`);
    }
    return init.slice();
  }
  const seed = seedWords(options.seed);
  if (init === "k-means++") return yield* kernel.scopedSlices(() => plusPlus(kernel, data, options, seed));
  return yield* kernel.scopedSlices(() => randomRows(kernel, data, options, seed));
}

/** Rows with the smallest exponential keys: without replacement, by weight. More clusters than rows start on repeated rows. */
function* randomRows(
  kernel: KernelModule,
  { matrix, weights }: SeedingData,
  { clusters, restart }: KMeansOptions,
  seed: SeedWords,
): Slices<Float32Array> {
  const { rows, dimensions, address } = matrix;
  const keys = kernel.allocateF64(rows);
  kernel.raw.exponentialKeys(weights, rows, seed.low, seed.high, restart, PURPOSE.randomStart, 0, keys);
  const view = kernel.f64(keys, rows);
  const order = Uint32Array.from(view.keys()).sort((a, b) => view[a]! - view[b]! || a - b);
  const centroids = new Float32Array(clusters * dimensions);
  for (let c = 0; c < clusters; c++) {
    centroids.set(kernel.f32(address + 4 * dimensions * order[c % rows]!, dimensions), c * dimensions);
  }
  yield { done: 0, total: 1 };
  return centroids;
}

/**
 * Greedy k-means++: 2 + ⌊ln k⌋ candidates a centre, as in scikit-learn. When every row already lies on a centre, the rest repeat the
 * last one drawn; their clusters stay empty.
 */
function* plusPlus(
  kernel: KernelModule,
  { matrix, weights, norms, scale }: SeedingData,
  { clusters, restart }: KMeansOptions,
  seed: SeedWords,
): Slices<Float32Array> {
  const { raw } = kernel;
  const { rows, dimensions, address: x } = matrix;
  const trials = 2 + Math.floor(clusters > 1 ? raw.naturalLog(clusters) : 0);
  const stride = 4 * raw.paddedColumns(trials);
  const capacity = raw.blockRows(dimensions);
  const closest = kernel.allocateF32(rows);
  const distances = kernel.allocate(stride * (rows + PADDING_ROWS));
  const list = kernel.allocateI32(capacity + PADDING_ROWS);
  const panels = kernel.allocate(raw.panelBytes(trials, dimensions));
  const candidates = kernel.allocateF32(trials * dimensions);
  const potentials = kernel.allocateF64(trials);
  const centroids = new Float32Array(clusters * dimensions);

  const draw = (centre: number, trial: number, total: number): number => {
    const u = uniform(kernel, seed, restart, PURPOSE.seeding, centre * 64 + trial);
    return raw.seedSearch(closest, weights, rows, u * total);
  };
  /** Tries `count` candidates, keeps the best, and returns what is left of the potential. */
  function* place(centre: number, count: number, total: number): Slices<number> {
    for (let trial = 0; trial < count; trial++) {
      const row = draw(centre, trial, total);
      kernel.f32(candidates + 4 * dimensions * trial, dimensions).set(kernel.f32(x + 4 * dimensions * row, dimensions));
    }
    if (centre === 0) kernel.f32(closest, rows).fill(FLOAT32_MAX);
    raw.packDistancePanels(candidates, count, dimensions, scale, panels);
    kernel.f64(potentials, count).fill(0);
    const step = (): Step => ({ done: centre, total: clusters });
    yield* sliceRows(
      rows,
      count * (2 * dimensions + 8),
      // biome-ignore format: one call
      (from, to) => raw.seedTry(x, dimensions, from, to, panels, count, list, capacity, norms, weights, closest, distances, stride, potentials),
      step,
    );
    const sums = kernel.f64(potentials, count);
    let best = 0;
    for (let trial = 1; trial < count; trial++) if (sums[trial]! < sums[best]!) best = trial;
    raw.seedKeep(distances, stride, best, rows, closest);
    centroids.set(kernel.f32(candidates + 4 * dimensions * best, dimensions), centre * dimensions);
    return sums[best]!;
  }

  kernel.f32(closest, rows).fill(1);
  const weight = weights === 0 ? rows : kernel.f64(weights, rows).reduce((sum, w) => sum + w, 0);
  let potential = yield* place(0, 1, weight);
  for (let centre = 1; centre < clusters; centre++) {
    if (potential > 0) {
      potential = yield* place(centre, trials, potential);
    } else {
      centroids.copyWithin(centre * dimensions, (centre - 1) * dimensions, centre * dimensions);
    }
  }
  return centroids;
}

/** Rows that a tile may read or write past the end of a block. */
const PADDING_ROWS = 8;
