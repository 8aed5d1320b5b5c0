/** Cuts of kept trees: the run's own gives the run's labels, others what a new run would find. */

import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { VectorMethodSpec } from "../../../src/domain/run/methods";
import { type CutRequest, checkCut, cutRun } from "../../../src/engine/cut";
import { graphOf } from "../../../src/engine/cut/leiden";
import { adjustedRandIndex, createKernels, recondense, run } from "../../../src/kernels";
import { blobs, makeWorld } from "../fixtures";
import { modules, type World } from "../harness";
import { byDefault, methodSpec, scattered } from "../methods/support";

const rowsOf = async (world: World) => {
  const bytes = world.artifact("members.parquet")!;
  return (await parquetReadObjects({ file: bytes.slice().buffer as ArrayBuffer })) as Record<string, unknown>[];
};
const runLabels = async (world: World): Promise<Int32Array> =>
  Int32Array.from(await rowsOf(world), ({ cluster_id: id }) => (id === "-1" ? -1 : Number((id as string).slice(3))));

/** Zero vectors stand between the rows: they are noise that no tree holds. */
const documents = scattered(600).map((one, i) => (i % 50 === 7 ? { ...one, vector: [0, 0, 0, 0] } : one));

async function ran(method: VectorMethodSpec) {
  const world = await makeWorld(methodSpec(method, { normalize: true }), { a: documents, b: [] });
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  const members = (await rowsOf(world)).length;
  const { namespaceId, clusterId, runId } = world.spec;
  const cut = (request: CutRequest) => {
    checkCut(method, request);
    const source = {
      objects: world.objects,
      table: (file: string) => `artifacts/${namespaceId}/${clusterId}/${runId}/${file}`,
      members,
      seed: world.spec.seed,
      kernels: async () => modules.plain,
    };
    return cutRun(source, method, request);
  };
  return { world, record, cut };
}

const agglomerative = (params: object): VectorMethodSpec =>
  ({ kind: "agglomerative", params: { ...byDefault("agglomerative").params, ...params } }) as VectorMethodSpec;
const hdbscan = (params: object): VectorMethodSpec =>
  ({ kind: "hdbscan", params: { ...byDefault("hdbscan").params, min_samples: 5, ...params } }) as VectorMethodSpec;

describe("a cut of a merge tree", () => {
  it("at the run's own level has the run's labels", async () => {
    const { world, record, cut } = await ran(agglomerative({ n_clusters: 6 }));
    const own = await cut({});
    expect([...own.labels]).toEqual([...(await runLabels(world))]);
    expect(own.sizes).toEqual(record.centroids!.map((one) => one.num_members));
    expect(own.outside).toBe(12);
  });

  it("at another level has the labels of a run at that level", async () => {
    const { cut } = await ran(agglomerative({ n_clusters: 6 }));
    const nine = await ran(agglomerative({ n_clusters: 9 }));
    expect([...(await cut({ n_clusters: 9 })).labels]).toEqual([...(await runLabels(nine.world))]);
    const near = await ran(agglomerative({ n_clusters: null, distance_threshold: 1.5 }));
    expect([...(await cut({ distance_threshold: 1.5 })).labels]).toEqual([...(await runLabels(near.world))]);
  });
});

describe("a cut of a condensed tree", () => {
  it("by the run's own parameters has the run's labels and strengths", async () => {
    const { world, cut } = await ran(hdbscan({ min_cluster_size: 15 }));
    const own = await cut({});
    expect([...own.labels]).toEqual([...(await runLabels(world))]);
    const rows = await rowsOf(world);
    for (const [i, { probability }] of rows.entries())
      if (probability !== null) expect(own.probabilities![i]).toBe(Math.fround(probability as number));
  });

  it.each([
    { min_cluster_size: 40 },
    { min_cluster_size: 90 },
    { cluster_selection_epsilon: 0.2 },
    { cluster_selection_method: "leaf" as const, min_cluster_size: 25 },
  ])("by other parameters has the clusters of a run with them: %o", async (params) => {
    const { cut } = await ran(hdbscan({ min_cluster_size: 10 }));
    const other = await ran(hdbscan({ min_cluster_size: 10, ...params }));
    const found = await cut(params);
    expect(found.sizes).toEqual(other.record.centroids!.map((one) => one.num_members));
    expect(adjustedRandIndex(found.labels, await runLabels(other.world))).toBe(1);
  });

  it("condenses further as if it were condensed anew", () => {
    const kernels = createKernels(modules.plain);
    const points = blobs("a", 500, { dimensions: 3, centers: 7, spread: 0.6 }).flatMap((one) => one.vector!);
    const tree = (minClusterSize: number) => {
      const matrix = kernels.matrix(500, 3);
      matrix.write(0, Float32Array.from(points));
      const options = {
        minClusterSize,
        minSamples: 4,
        clusterSelectionMethod: "eom" as const,
        clusterSelectionEpsilon: 0,
        maxClusterSize: null,
        allowSingleCluster: false,
        matchReferenceImplementation: false,
        alpha: 1,
        metric: { name: "euclidean" as const },
      };
      return run(kernels.hdbscan(matrix, options)).condensedTree;
    };
    const departures = ({ points: n, children, lambdas }: ReturnType<typeof tree>) =>
      [...children.keys()]
        .filter((row) => children[row]! < n)
        .map((row) => [children[row]!, lambdas[row]!])
        .sort((a, b) => a[0]! - b[0]!);
    const splits = ({ points: n, children, lambdas, sizes }: ReturnType<typeof tree>) =>
      [...children.keys()]
        .filter((row) => children[row]! >= n)
        .map((row) => `${lambdas[row]} ${sizes[row]}`)
        .sort();
    const fine = tree(5);
    for (const size of [5, 8, 13, 30, 200]) {
      expect(departures(recondense(fine, size))).toEqual(departures(tree(size)));
      expect(splits(recondense(fine, size))).toEqual(splits(tree(size)));
    }
  });

  it("refuses smaller clusters than the tree has, with both numbers", async () => {
    const { cut } = await ran(hdbscan({ min_cluster_size: 15 }));
    await expect(cut({ min_cluster_size: 14 })).rejects.toThrow("min_cluster_size 14 is below the run's 15");
  });
});

describe("a cut of a graph", () => {
  const leiden = (params: object): VectorMethodSpec =>
    ({ kind: "leiden", params: { ...byDefault("leiden").params, n_neighbors: 12, ...params } }) as VectorMethodSpec;

  it("at the run's own resolution has the run's labels, at another those of a run with it", async () => {
    const { world, cut } = await ran(leiden({ resolution: 1 }));
    expect([...(await cut({})).labels]).toEqual([...(await runLabels(world))]);
    for (const resolution of [0.3, 2.5]) {
      const other = await ran(leiden({ resolution }));
      const found = await cut({ resolution });
      expect([...found.labels]).toEqual([...(await runLabels(other.world))]);
      expect(found.sizes).toEqual(other.record.centroids!.map((one) => one.num_members));
    }
  });

  it("sees the graph as the run saw it: every node's neighbours ascend, both ways alike", () => {
    const sources = Int32Array.of(0, 0, 1, 2);
    const targets = Int32Array.of(1, 3, 2, 3);
    const { offsets, neighbors, weights } = graphOf(4, sources, targets, Float64Array.of(0.5, 0.25, 1, 0.125));
    expect([...offsets]).toEqual([0, 2, 4, 6, 8]);
    expect([...neighbors]).toEqual([1, 3, 0, 2, 1, 3, 0, 2]);
    expect([...weights]).toEqual([0.5, 0.25, 0.5, 1, 1, 0.125, 0.25, 0.125]);
  });
});

describe("what does not go together", () => {
  it.each([
    [agglomerative({}), { resolution: 1 }, "resolution does not go with agglomerative"],
    [agglomerative({}), { n_clusters: 3, distance_threshold: 1 }, "contradicts n_clusters 3"],
    [hdbscan({}), { n_clusters: 3 }, "n_clusters does not go with hdbscan"],
    [byDefault("kmeans"), { n_clusters: 3 }, "a run of kmeans keeps no tree or graph"],
    [byDefault("leiden"), { n_clusters: 3 }, "n_clusters does not go with leiden"],
  ])("is refused by name", (method, request, message) => {
    expect(() => checkCut(method, request)).toThrow(message);
  });
});
