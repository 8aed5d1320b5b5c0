/** Agreement with stored results of leidenalg 0.9.1. The files lie beside the repository; without them these tests say so and skip. */
import { expect, it } from "vitest";
import { type Graph, type LeidenObjective, run, similarityGraph } from "../../../src/kernels";
import { load, plain, stored, storedCases } from "../support";
import { OPTIONS, pieces, qualityOf } from "./support";

interface Golden {
  params: { objective_function: LeidenObjective; resolution?: number; n_neighbors: number };
  labels: number[];
  quality: number;
  modularity: number;
  seeds: { quality: number[] };
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const kernels = plain();
const graphs = new Map<string, Graph>();

/** The union of the lists of 30, as the reference's graph is made. */
function graphOf(key: string, values: Float32Array, dimensions: number, name: "cosine" | "euclidean"): Graph {
  const known = graphs.get(key);
  if (known) return known;
  const lists = run(kernels.knn(load(kernels, values, dimensions), { k: 30, metric: { name } }));
  const graph = run(similarityGraph(lists, { name }));
  graphs.set(key, graph);
  return graph;
}

it.for(storedCases("leiden"))("$name $tag: quality as good as the reference's ten seeds", (which, { skip }) => {
  const found = stored<Golden>("leiden", which);
  if (!found) return skip(`the stored result ${which.name} ${which.tag} is absent`);
  const { golden, values, dimensions } = found;
  const metric = which.tag.startsWith("cosine.") ? "cosine" : "euclidean";
  const graph = graphOf(`${which.name} ${metric}`, values, dimensions, metric);
  const { objective_function: objective, resolution = 1 } = golden.params;
  const results = Array.from({ length: 10 }, (_, seed) =>
    run(kernels.leiden(graph, { ...OPTIONS, objective, resolution, iterations: -1, seed })),
  );
  const qualities = results.map((result) => result.quality);
  expect(mean(qualities)).toBeGreaterThanOrEqual(0.999 * mean(golden.seeds.quality));
  // Every seed of ours, up to the rounding of float32 weights.
  expect(Math.min(...qualities)).toBeGreaterThanOrEqual((1 - 1e-9) * Math.min(...golden.seeds.quality));
  for (const result of results) expect(pieces(graph, result.labels)).toBe(result.communities);
  // The stored labels have the stored quality on our graph: the two graphs are one, but for ties among 30th neighbours.
  expect(Math.abs(qualityOf(graph, golden.labels, objective, resolution) / golden.quality - 1)).toBeLessThan(5e-4);
  expect(Math.abs(qualityOf(graph, golden.labels, "modularity", 1) - golden.modularity)).toBeLessThan(5e-4);
});
