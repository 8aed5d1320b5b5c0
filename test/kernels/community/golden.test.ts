/** Agreement with stored results of leidenalg 0.9.1. The files lie beside the repository; without them these tests say so and skip. */
import { describe, expect, it } from "vitest";
import { type LeidenObjective, run, similarityGraph } from "../../../src/kernels";
import { floats, load, plain, shared } from "../support";
import { OPTIONS, pieces, qualityOf } from "./support";

const DATA: Record<string, [path: string, dimensions: number]> = {
  digits: ["data/digits/digits.f32", 64],
  digits_umap2: ["data/digits_umap2.f32", 2],
  met_clip512: ["data/met_clip512.f32", 512],
};
const CASES = ["rb05", "rb1", "rb3", "modularity", "cpm"];

interface Golden {
  params: { objective_function: LeidenObjective; resolution?: number; n_neighbors: number };
  labels: number[];
  quality: number;
  modularity: number;
  seeds: { quality: number[] };
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const stored = (file: string): Golden | null => {
  const text = shared(`golden/${file}.json`);
  return text ? (JSON.parse(text.toString()) as Golden) : null;
};

describe.each(Object.keys(DATA).flatMap((name) => [[name, "cosine"] as const, [name, "euclidean"] as const]))(
  "%s, %s",
  (name, metric) => {
    const kernels = plain();
    const graph = () => {
      const [path, dimensions] = DATA[name]!;
      const file = shared(path);
      if (!file) return null;
      const lists = run(kernels.knn(load(kernels, floats(file), dimensions), { k: 30, metric: { name: metric } }));
      return similarityGraph(lists, { name: metric });
    };
    let built: ReturnType<typeof graph> | undefined;

    it.for(CASES)("%s: quality as good as the reference's ten seeds", (tag, { skip }) => {
      built ??= graph();
      const golden = stored(`${name}.matrix.leiden.${metric}.${tag}`);
      if (!golden || !built) return skip(`stored results of ${name} are absent`);
      const { objective_function: objective, resolution = 1 } = golden.params;
      const results = Array.from({ length: 10 }, (_, seed) =>
        run(kernels.leiden(built!, { ...OPTIONS, objective, resolution, iterations: -1, seed })),
      );
      const qualities = results.map((result) => result.quality);
      expect(mean(qualities)).toBeGreaterThanOrEqual(0.999 * mean(golden.seeds.quality));
      expect(Math.max(...qualities)).toBeGreaterThanOrEqual(0.9999 * Math.min(...golden.seeds.quality));
      for (const result of results) expect(pieces(built, result.labels)).toBe(result.communities);
      // The stored labels have the stored quality on our graph: the two graphs are one, but for ties among 30th neighbours.
      expect(Math.abs(qualityOf(built, golden.labels, objective, resolution) / golden.quality - 1)).toBeLessThan(2e-3);
      expect(qualityOf(built, golden.labels, "modularity", 1)).toBeCloseTo(golden.modularity, 3);
    });
  },
);
