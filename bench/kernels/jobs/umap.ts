import { type NeighborLists, run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** From rows to a layout: exact neighbours, graph, start, 500 epochs up to 10,000 rows. */
export const umap: Job = (kernels, data, { components, neighbors }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const lists = run(kernels.knn(matrix, { k: Number(neighbors) - 1, metric: { name: "euclidean" } }));
    const { embedding } = run(kernels.umap(lists, { components: Number(components), minDist: 0, seed: 1 }));
    return { kept: neighborsKept(lists, embedding, Number(components)) };
  };
};

const NEAREST = 15;
const SAMPLE = 200;

/** Share of the 15 nearest of a row in the layout that are among its neighbours in the data, over rows at equal intervals. */
function neighborsKept({ rows, k, neighbors }: NeighborLists, layout: Float32Array, axes: number): number {
  let kept = 0;
  const step = Math.max(1, Math.floor(rows / SAMPLE));
  for (let i = 0; i < SAMPLE * step; i += step) {
    const squared = new Float64Array(rows);
    for (let j = 0; j < rows; j++) {
      for (let t = 0; t < axes; t++) squared[j]! += (layout[i * axes + t]! - layout[j * axes + t]!) ** 2;
    }
    squared[i] = Infinity;
    const limit = squared.slice().sort()[NEAREST - 1]!;
    for (const j of neighbors.subarray(i * k, (i + 1) * k)) if (squared[j]! <= limit) kept++;
  }
  return kept / (SAMPLE * NEAREST);
}
