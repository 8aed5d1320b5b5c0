import { describe, expect, it } from "vitest";
import {
  type CondensedTree,
  type HdbscanOptions,
  run,
  type SelectionOptions,
  selectClusters,
} from "../../../src/kernels";
import { blobs, generator, load, plain } from "../support";
import { bruteHierarchy, bruteRows, bruteSelection, renamed } from "./hdbscan-support";

const CUT: SelectionOptions = {
  clusterSelectionMethod: "eom",
  clusterSelectionEpsilon: 0,
  maxClusterSize: null,
  allowSingleCluster: false,
  matchReferenceImplementation: false,
};
/** With one sample a core distance is no longer than any edge: reachability is distance, and no two edges tie. */
const OPTIONS: HdbscanOptions = { ...CUT, minClusterSize: 5, minSamples: 1, alpha: 1, metric: { name: "euclidean" } };

function solve(values: Float32Array, d: number, options: Partial<HdbscanOptions> = {}) {
  const kernels = plain();
  return run(kernels.hdbscan(load(kernels, values, d), { ...OPTIONS, ...options }));
}

/** Groups of groups, so that the tree is deep, and one alone. */
const nested = (): Float32Array => {
  const next = generator(5);
  const values = blobs(180, 2, 9, 6);
  for (let i = 0; i < 180; i++) values[2 * i]! += 30 * (i % 3);
  return values.map((v) => v + next() / 64);
};
const DATA: [name: string, values: Float32Array, d: number][] = [
  ["nested groups", nested(), 2],
  ["one group", blobs(150, 3, 1, 8), 3],
  ["a line", blobs(120, 1, 4, 3), 1],
];
const CUTS: [name: string, cut: Partial<SelectionOptions>][] = [
  ["excess of mass", {}],
  ["leaves", { clusterSelectionMethod: "leaf" }],
  ["a single cluster", { allowSingleCluster: true }],
  ["leaves or a single cluster", { clusterSelectionMethod: "leaf", allowSingleCluster: true }],
  ...[12, 25, 60].map((maxClusterSize): [string, Partial<SelectionOptions>] => [
    `at most ${maxClusterSize} rows`,
    { maxClusterSize },
  ]),
  ...[0.3, 0.8, 2, 1_000].flatMap((clusterSelectionEpsilon): [string, Partial<SelectionOptions>][] => [
    [`whole at ${clusterSelectionEpsilon}`, { clusterSelectionEpsilon }],
    [`leaves whole at ${clusterSelectionEpsilon}`, { clusterSelectionEpsilon, clusterSelectionMethod: "leaf" }],
    [`one whole at ${clusterSelectionEpsilon}`, { clusterSelectionEpsilon, allowSingleCluster: true }],
  ]),
];

describe.each(DATA)("the cut of a condensed tree: %s", (_, values, d) => {
  const clusters = bruteHierarchy(values, d, OPTIONS.minClusterSize);
  const whole = solve(values, d);

  it.each(CUTS)("%s", (_, cut) => {
    const options = { ...OPTIONS, ...cut };
    const selected = bruteSelection(clusters, options);
    const expected = bruteRows(clusters, selected, options.clusterSelectionEpsilon);
    const result = solve(values, d, cut);
    expect(renamed(result.labels)).toEqual(renamed(expected.map(({ label }) => label)));
    expect(result.nodes).toHaveLength(selected.length);
    for (const [row, { strength, outlier }] of expected.entries()) {
      expect(Math.abs(result.probabilities[row]! - strength)).toBeLessThan(1e-6);
      expect(Math.abs(result.outlierScores[row]! - outlier)).toBeLessThan(1e-6);
    }
    // Another cut of a tree that is kept is what a new run gives.
    const { labels, probabilities, persistence, nodes } = result;
    const kept = structuredClone(whole.condensedTree);
    expect(selectClusters(kept, options)).toEqual({ labels, probabilities, persistence, nodes });
  });
});

describe("the parameters of HDBSCAN", () => {
  it.each([
    ["clusterSelectionMethod", { clusterSelectionMethod: "leaf" }],
    ["clusterSelectionEpsilon", { clusterSelectionEpsilon: 2 }],
    ["maxClusterSize", { maxClusterSize: 12 }],
    ["minClusterSize", { minClusterSize: 12 }],
    ["minSamples", { minSamples: 9 }],
    ["alpha", { alpha: 0.2, minSamples: 5 }, { minSamples: 5 }],
    ["metric", { metric: { name: "cosine" } }],
    ["matchReferenceImplementation", { matchReferenceImplementation: true, minSamples: 5 }, { minSamples: 5 }],
  ] as [string, Partial<HdbscanOptions>, Partial<HdbscanOptions>?][])("%s changes the labels", (_, options, base) => {
    const values = nested();
    expect(renamed(solve(values, 2, options).labels)).not.toEqual(renamed(solve(values, 2, base).labels));
  });

  it("allowSingleCluster makes a cluster of one group", () => {
    const one = blobs(150, 3, 1, 8);
    expect(solve(one, 3, { minClusterSize: 50 }).nodes).toHaveLength(0);
    expect([...solve(one, 3, { minClusterSize: 50, allowSingleCluster: true }).nodes]).toEqual([150]);
  });

  it("matchReferenceImplementation counts the row itself, but never less than one neighbour, and wants one row more", () => {
    const values = nested();
    const { mst, coreDistances, condensedTree } = solve(values, 2, { minSamples: 1, minClusterSize: 6 });
    for (const minSamples of [1, 2]) {
      const match = solve(values, 2, { minSamples, minClusterSize: 5, matchReferenceImplementation: true });
      expect(match).toMatchObject({ mst, coreDistances, condensedTree });
    }
  });

  it("matchReferenceImplementation leaves out rows that go the moment their cluster appears", () => {
    const tree: CondensedTree = {
      points: 6,
      parents: Int32Array.of(6, 6, 7, 7, 7, 8, 8, 8),
      children: Int32Array.of(7, 8, 0, 1, 2, 3, 4, 5),
      lambdas: Float64Array.of(1, 1, 1, 2, 2, 3, 3, 3),
      sizes: Int32Array.of(3, 3, 1, 1, 1, 1, 1, 1),
    };
    expect([...selectClusters(tree, CUT).labels]).toEqual([0, 0, 0, 1, 1, 1]);
    const match = selectClusters(tree, { ...CUT, matchReferenceImplementation: true });
    expect([...match.labels]).toEqual([-1, 0, 0, 1, 1, 1]);
  });
});
