/**
 * What splits one cluster: HDBSCAN over its own rows, laid out by UMAP before where they have many dimensions, since density tells nothing
 * there. The cluster as a whole competes with its parts (`allowSingleCluster`): where it wins there is no split.
 */

import type { UmapStep } from "../../../domain/run/types";
import type { Kernels, Matrix, Slices } from "../../../kernels/contract";
import { hdbscanBytes } from "../../../kernels/density/hdbscan/memory";
import { BASE_BYTES, matrixBytes } from "../../../kernels/memory";
import { knnBytes } from "../../../kernels/neighbors/memory";
import { NEIGHBORS_PER_MS } from "../../cost";
import { umap } from "../../layouts/umap";
import { ISOLATE_SHARE, type Limits } from "../../limits";
import { largestFitting } from "../../plan-stage";

/** Up to so many dimensions rows are split as they are. */
export const FEW_DIMENSIONS = 12;
const LAYOUT: Omit<UmapStep, "seed"> = {
  method: "umap",
  components: 5,
  neighbors: 15,
  minDist: 0,
  metric: { name: "euclidean" },
};
/** Parts stand apart long before a map looks its best: 500 epochs found much the same ones. */
const EPOCHS = 200;
/** Rows that a cluster is split by, at most: their neighbours are searched for exactly. */
const MOST_ROWS = 20_000;
/** CPU milliseconds of one split, at most. */
const MOST_MS = 30_000;
const LEAST_CLUSTER = 5;
const MOST_SAMPLES = 10;
/** JavaScript's arrays of the trees for a row, and share of the pairs that HDBSCAN looks at: as engine/methods/hdbscan.ts has them. */
const TREE_BYTES = 160;
const PAIRS = 0.5;

/** Members that a sub-cluster has at least: the square root, so that large clusters have parts of some weight. */
export const leastCluster = (rows: number): number => Math.max(LEAST_CLUSTER, Math.ceil(Math.sqrt(rows)));

const samplesOf = (rows: number): number => Math.min(MOST_SAMPLES, leastCluster(rows));

/** Bytes of the kernels' memory and of the arrays beside it. */
export function splitBytes(rows: number, dimensions: number): { kernels: number; heap: number } {
  const held = BASE_BYTES + matrixBytes(rows, dimensions);
  if (dimensions <= FEW_DIMENSIONS)
    return { kernels: held + hdbscanBytes(rows, dimensions, samplesOf(rows)), heap: TREE_BYTES * rows };
  const step = { ...LAYOUT, seed: 0 };
  const k = umap.neighbors(step, rows);
  const layout = umap.bytes(step, rows);
  const { components } = LAYOUT;
  return {
    kernels:
      held +
      Math.max(
        knnBytes({ n: rows, d: dimensions }, k),
        layout.kernels,
        matrixBytes(rows, components) + hdbscanBytes(rows, components, samplesOf(rows)),
      ),
    heap: layout.heap + TREE_BYTES * rows,
  };
}

/** CPU milliseconds. */
export function splitMs(rows: number, dimensions: number): number {
  const pairs = rows * rows;
  if (dimensions <= FEW_DIMENSIONS) return (PAIRS * pairs * dimensions) / NEIGHBORS_PER_MS;
  const step = { ...LAYOUT, seed: 0 };
  const laidOut = umap.startMs(step, rows) + EPOCHS * umap.epochMs(step, rows);
  return (pairs * (dimensions + PAIRS * LAYOUT.components)) / NEIGHBORS_PER_MS + laidOut;
}

/** Rows that one isolate can split in one go. */
export const mostRows = (rows: number, dimensions: number, limits: Limits): number =>
  largestFitting(Math.min(rows, MOST_ROWS), (n) => {
    const { kernels, heap } = splitBytes(n, dimensions);
    const bytes = kernels + heap;
    return (
      kernels <= limits.kernelBytes &&
      bytes <= ISOLATE_SHARE * limits.kernelBytes &&
      splitMs(n, dimensions) <= Math.min(MOST_MS, limits.fitCpuMs)
    );
  });

/** Sub-cluster of each row from 0, or -1; `run` drains a kernel. */
export async function splitRows(
  kernels: Kernels,
  matrix: Matrix,
  seed: number,
  run: <T>(slices: Slices<T>) => Promise<T>,
): Promise<Int32Array> {
  const { rows } = matrix;
  const least = leastCluster(rows);
  if (rows < 2 * least) return new Int32Array(rows).fill(-1);
  let laidOut = matrix;
  if (matrix.dimensions > FEW_DIMENSIONS) {
    const k = umap.neighbors({ ...LAYOUT, seed }, rows);
    const lists = await run(kernels.knn(matrix, { k, metric: LAYOUT.metric }));
    const { components, minDist } = LAYOUT;
    const { embedding } = await run(kernels.umap(lists, { components, minDist, seed, epochs: EPOCHS }));
    laidOut = kernels.matrix(rows, components);
    laidOut.write(0, embedding);
  }
  const { labels } = await run(
    kernels.hdbscan(laidOut, {
      minClusterSize: least,
      minSamples: samplesOf(rows),
      clusterSelectionMethod: "eom",
      clusterSelectionEpsilon: 0,
      maxClusterSize: null,
      allowSingleCluster: true,
      matchReferenceImplementation: false,
      alpha: 1,
      metric: { name: "euclidean" },
    }),
  );
  return labels;
}
