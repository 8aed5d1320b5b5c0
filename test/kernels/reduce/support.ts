import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Kernels, run } from "../../../src/kernels";
import { load } from "../support";

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
