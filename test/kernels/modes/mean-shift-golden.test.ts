/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { describe, expect, it } from "vitest";
import { run } from "../../../src/kernels";
import { adjustedRand, floats, load, plain, shared } from "../support";

const DATA: Record<string, [path: string, dimensions: number, cases: string[]]> = {
  digits: ["data/digits/digits.f32", 64, ["mean_shift", "mean_shift.orphans"]],
  digits_umap2: ["data/digits_umap2.f32", 2, ["mean_shift", "mean_shift.orphans", "mean_shift.bin"]],
  met_clip512: ["data/met_clip512.f32", 512, ["mean_shift", "mean_shift.orphans"]],
};

interface Golden {
  params: { bandwidth: number | null; bin_seeding?: boolean; cluster_all?: boolean };
  labels: number[];
  clusters: number;
  noise: number;
  score: number;
}

function stored(name: string, tag: string) {
  const [path, dimensions] = DATA[name]!;
  const file = shared(path);
  const text = shared(`golden/${name}.matrix.${tag}.json`);
  if (!file || !text) return null;
  const kernels = plain();
  return { golden: JSON.parse(text.toString()) as Golden, kernels, matrix: load(kernels, floats(file), dimensions) };
}

describe.each(Object.entries(DATA))("%s", (name, [, , cases]) => {
  it.for(cases)("%s: the same modes", (tag, { skip }) => {
    const both = stored(name, tag);
    if (!both) return skip(`stored results of ${name} are absent`);
    const { golden, kernels, matrix } = both;
    const { labels, centers } = run(
      kernels.meanShift(matrix, {
        bandwidth: golden.params.bandwidth,
        seeds: null,
        binSeeding: golden.params.bin_seeding ?? false,
        minBinFreq: 1,
        clusterAll: golden.params.cluster_all ?? true,
        maxIter: 300,
      }),
    );
    expect(centers.length / matrix.dimensions).toBe(golden.clusters);
    expect(adjustedRand(labels, golden.labels)).toBeGreaterThanOrEqual(0.99);
    const noise = labels.filter((label) => label < 0).length;
    expect(Math.abs(noise - golden.noise)).toBeLessThanOrEqual(0.01 * matrix.rows);
  });

  it("the same bandwidth", ({ skip }) => {
    const both = stored(name, "bandwidth");
    if (!both) return skip(`stored results of ${name} are absent`);
    const { golden, kernels, matrix } = both;
    const bandwidth = run(kernels.estimateBandwidth(matrix, { quantile: 0.3 }));
    expect(Math.abs(bandwidth / golden.score - 1)).toBeLessThan(1e-5);
  });
});
