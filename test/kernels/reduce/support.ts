import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Kernels, run } from "../../../src/kernels";
import { load, squaredDistance } from "../support";

/** The digits that the examples bring: 1,797 × 64. */
export function digits(): Float32Array {
  const file = resolve(import.meta.dirname, "../../../examples/digits/digits.ndjson");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return Float32Array.from(
    lines.flatMap((line) => (JSON.parse(line) as { vectors: { pixels: number[] } }).vectors.pixels),
  );
}

export function lists(kernels: Kernels, values: Float32Array, dimensions: number, k: number) {
  const mark = kernels.mark();
  const found = run(kernels.knn(load(kernels, values, dimensions), { k, metric: { name: "euclidean" } }));
  kernels.release(mark);
  return found;
}

/** Venna & Kaski 2001: 1 where every one of a row's k neighbours in the layout is among its k nearest in the data. */
export function trustworthiness(x: Float32Array, d: number, layout: Float32Array, axes: number, k: number): number {
  const n = x.length / d;
  let penalty = 0;
  for (let i = 0; i < n; i++) {
    const far = Float64Array.from({ length: n }, (_, j) => (j === i ? -1 : squaredDistance(x, i, x, j, d)));
    const near = Float64Array.from({ length: n }, (_, j) =>
      j === i ? -1 : squaredDistance(layout, i, layout, j, axes),
    );
    const rank = new Int32Array(n);
    for (const [place, j] of Array.from(far.keys())
      .sort((a, b) => far[a]! - far[b]! || a - b)
      .entries())
      rank[j] = place;
    const limit = Float64Array.from(near).sort()[k]!;
    for (let j = 0; j < n; j++) if (j !== i && near[j]! <= limit) penalty += Math.max(0, rank[j]! - k);
  }
  return 1 - (penalty * 2) / (n * k * (2 * n - 3 * k - 1));
}
