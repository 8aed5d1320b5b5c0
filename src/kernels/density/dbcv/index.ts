/**
 * DBCV: Moulavi, Jaskowiak, Campello, Zimek & Sander, "Density-based clustering validation" (SDM 2014), as hdbscan's validity index means it. n² d flops
 * for the compared rows, three times; memory 24 bytes a row (`dbcvBytes`). Deterministic; a sample is keyed by seed and row.
 */
import type { Matrix, Slices } from "../../contract";
import { type KernelMatrix, kernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import { rawMetric } from "../../neighbors/metric";
import type { Dbcv, DbcvKernels, DbcvOptions } from "./contract";
import { sampledMembers } from "./sample";
import { type Distances, type Skeleton, skeleton } from "./skeleton";

/** Inverse norms, and a list of rows with their distances. */
export const dbcvBytes = (n: number, limit: number): number => 8 * n + 12 * Math.min(n, limit) + 1_024;

export function dbcvKernels(kernel: KernelModule): DbcvKernels {
  return { dbcv: (matrix: Matrix, labels, options) => dbcv(kernel, kernelMatrix(kernel, matrix), labels, options) };
}

function dbcv(kernel: KernelModule, matrix: KernelMatrix, labels: Int32Array, options: DbcvOptions): Slices<Dbcv> {
  if (labels.length !== matrix.rows) throw new RangeError(`${labels.length} labels for ${matrix.rows} rows`);
  if (!(options.limit >= 2)) throw new RangeError(`limit must be at least 2, not ${options.limit}`);
  matrix.peak();
  return kernel.scopedSlices(() => validate(kernel, matrix, labels, options));
}

function* validate(
  kernel: KernelModule,
  { rows, dimensions, address: x }: KernelMatrix,
  labels: Int32Array,
  { metric, limit, seed }: DbcvOptions,
): Slices<Dbcv> {
  const { raw } = kernel;
  const { code, power, angular } = rawMetric(metric);
  const inverses = angular ? kernel.allocate(8 * rows) : 0;
  if (angular) raw.inverseNorms(x, rows, dimensions, inverses);
  const members = sampledMembers(kernel, labels, limit, seed);
  const compared = members.reduce((sum, { length }) => sum + length, 0);
  const list = kernel.allocate(4 * compared);
  const out = kernel.allocate(8 * compared);
  const distances: Distances = (row, others) => {
    kernel.i32(list, others.length).set(others);
    raw.distancesOfRow(x, dimensions, code, power, inverses, row, list, others.length, out);
    return kernel.f64(out, others.length);
  };
  const core = (count: number): number => raw.allPointsCore(out, count, dimensions);

  const step = { done: 0, total: 3 * compared };
  const skeletons: Skeleton[] = [];
  for (const rowsOfCluster of members) skeletons.push(yield* skeleton(rowsOfCluster, distances, core, step));
  const separations = yield* separate(skeletons, distances, step);

  const sizes = new Float64Array(members.length);
  for (const label of labels) if (label >= 0) sizes[label]!++;
  const clusters = Float64Array.from(skeletons, ({ sparseness, rows: { length } }, c) => {
    const separation = separations[c]!;
    if (length < 2 || separation === Infinity) return Number.NaN;
    const larger = Math.max(separation, sparseness);
    return larger > 0 ? (separation - sparseness) / larger : 0;
  });
  const value = clusters.reduce((sum, one, c) => sum + (Number.isNaN(one) ? 0 : (sizes[c]! / rows) * one), 0);
  const clustered = sizes.reduce((sum, size) => sum + size, 0);
  return { value, clusters, rows: compared, exact: compared === clustered };
}

/** By cluster: the least mutual reachability distance from its inner rows to those of any other cluster. */
function* separate(
  skeletons: Skeleton[],
  distances: Distances,
  step: { done: number; total: number },
): Slices<Float64Array> {
  const separations = new Float64Array(skeletons.length).fill(Infinity);
  for (const [a, one] of skeletons.entries()) {
    for (const [i, row] of one.inner.entries()) {
      for (let b = a + 1; b < skeletons.length; b++) {
        const other = skeletons[b]!;
        const reach = distances(row, other.inner);
        for (const [j, distance] of reach.entries()) {
          const mutual = Math.max(distance, one.innerCores[i]!, other.innerCores[j]!);
          if (mutual < separations[a]!) separations[a] = mutual;
          if (mutual < separations[b]!) separations[b] = mutual;
        }
      }
      step.done++;
      yield { ...step };
    }
  }
  return separations;
}
