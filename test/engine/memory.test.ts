/** Every task of a run with a preparation, in an isolate of its own that gives the kernels no more than the plan says. */
import { expect, it } from "vitest";
import type { LayoutStep, PreparationStep, RunSpec } from "../../src/domain/run/types";
import { Workspace } from "../../src/engine/workspace";
import { blobs, kmeansSpec, makeWorld, type WorldOptions } from "./fixtures";
import { modules } from "./harness";

const PAGE = 65_536;
const umap = (components: number, metric: "euclidean" | "cosine" = "euclidean"): LayoutStep => ({
  method: "umap",
  components,
  neighbors: 15,
  minDist: 0.1,
  metric: { name: metric },
  seed: 4,
});
const tsne: LayoutStep = { method: "tsne", components: 2, perplexity: 10, learningRate: 200, seed: 4 };
const pca = (components: number): PreparationStep => ({ method: "pca", components });
const whitening: PreparationStep = { method: "whitening", regularization: 1e-5 };
const SHARDED = { isolateBytes: 100_000, shardRows: 1024, shardBytes: 1024 * 256 };

const CASES: [string, number, number, PreparationStep[], RunSpec["map"], WorldOptions["limits"]][] = [
  ["maps of wide rows", 2000, 300, [pca(200), pca(40)], { method: "pca", components: 2 }, {}],
  ["whitening of wide rows", 1500, 400, [whitening], { method: "pca", components: 2 }, {}],
  ["a sample's axes, then a layout", 1100, 1100, [pca(500), umap(2)], { method: "pca", components: 2 }, {}],
  ["two layouts", 1500, 20, [umap(4, "cosine"), umap(2)], { method: "tsne", components: 2, step: tsne }, {}],
  ["shards", 3000, 64, [whitening, umap(2)], { method: "umap", components: 2, step: umap(2) }, SHARDED],
];

it.each(CASES)("%s", { timeout: 60_000 }, async (_, rows, dimensions, preparation, map, limits) => {
  const spec = kmeansSpec({ preparation, map }, { n_init: 1 }, dimensions);
  const world = await makeWorld(spec, { a: blobs("a", rows, { dimensions }), b: [], dimensions, limits });
  world.isolateFor = async ({ stage }) => {
    const { record } = (await world.coordinator.view())!;
    return new Workspace(modules, Math.ceil(record.plan!.stages[stage]!.taskBytes / PAGE) * PAGE);
  };
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  // A task that had lacked memory would have been divided, and the run have ended well all the same.
  expect(world.log).toEqual([]);
});
