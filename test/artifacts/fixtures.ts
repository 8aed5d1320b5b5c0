import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type CentroidRow, initParquet, type MemberBatch } from "../../src/artifacts";

const require = createRequire(import.meta.url);
// The Workers types have no constructor: there a module can only be imported.
const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

/** Node compiles the writer's module from its bytes; a Worker imports it. */
export function initParquetFromDisk(): void {
  initParquet(new Module(readFileSync(require.resolve("parquet-wasm/esm/parquet_wasm_bg.wasm"))));
}

export const CLUSTERS = ["cl_0", "cl_1", "cl_2_sub_0", "cl_2_sub_1", "cl_20", "-1"];

/** Value of row `i` in [0, 1): the same whoever asks. */
const noise = (i: number): number => (Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32;

/** Row `i` of the test's members: two collections, six clusters, some labels, noise without a distance. */
export function member(i: number, components: 0 | 2 | 3 = 2) {
  const clusterId = CLUSTERS[Math.floor(noise(i) * CLUSTERS.length)]!;
  return {
    // Not ASCII throughout, so that string offsets are counted in bytes.
    documentId: i % 1000 === 7 ? `dök_${i}` : `doc_${i}`,
    clusterId,
    label: clusterId === "cl_1" ? "Straße" : null,
    distance: clusterId === "-1" ? Number.NaN : Math.fround(noise(i + 7)),
    coordinates: Array.from({ length: components }, (_, c) => Math.fround(noise(3 * i + c) - 0.5)),
  };
}

/** Members [0, rows) as batches of the given sizes, in turn; the collection changes at `split`. */
export async function* memberBatches(
  rows: number,
  sizes: number[],
  { components = 2, split = Math.floor(rows / 3) }: { components?: 0 | 2 | 3; split?: number } = {},
): AsyncGenerator<MemberBatch> {
  let turn = 0;
  for (let from = 0; from < rows; ) {
    const end = from < split ? split : rows;
    const to = Math.min(end, from + sizes[turn++ % sizes.length]!);
    const members = Array.from({ length: to - from }, (_, i) => member(from + i, components));
    yield {
      documentIds: members.map(({ documentId }) => documentId),
      collectionId: from < split ? "col_a" : "col_b",
      clusterIds: members.map(({ clusterId }) => clusterId),
      clusterLabels: members.map(({ label }) => label),
      distances: Float32Array.from(members, ({ distance }) => distance),
      components,
      coordinates: Float32Array.from(members.flatMap(({ coordinates }) => coordinates)),
      probabilities: null,
      outlierScores: null,
    };
    from = to;
  }
}

export function centroids(count: number, dimensions: number): CentroidRow[] {
  return Array.from({ length: count }, (_, k) => ({
    clusterId: `cl_${k}`,
    vector: Float32Array.from({ length: dimensions }, (_, d) => noise(k * dimensions + d)),
    numMembers: 100 - k,
    variance: noise(k) / 3,
    label: k === 0 ? "naïve" : null,
    summary: null,
    keywords: k === 1 ? null : ["ein", "zwei ☃"],
    featureName: "pixels",
    featureDimensions: dimensions,
    parentClusterId: null,
    hierarchyLevel: 0,
    coordinates: [k, -k],
    representatives: [`doc_${k}`, `doc_${k + 1}`],
    algorithm: "kmeans",
    parameters: '{"n_clusters":3}',
    reductionMethod: "pca",
  }));
}

export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
