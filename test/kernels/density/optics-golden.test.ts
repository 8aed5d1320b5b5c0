/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { describe, expect, it } from "vitest";
import { type OpticsExtraction, type OpticsResult, run } from "../../../src/kernels";
import { adjustedRand, floats, load, plain, shared } from "../support";

const DATA: Record<string, [path: string, dimensions: number]> = {
  digits: ["data/digits/digits.f32", 64],
  digits_umap2: ["data/digits_umap2.f32", 2],
  met_clip512: ["data/met_clip512.f32", 512],
};

interface Golden {
  params: {
    min_samples: number;
    cluster_method?: "xi" | "dbscan";
    xi?: number;
    eps?: number;
    min_cluster_size?: number;
    predecessor_correction?: boolean;
  };
  labels: number[];
  clusters: number;
  ordering?: number[];
  /** By row; null is Infinity. */
  reachability?: (number | null)[];
}

function solve(name: string, tag: string): { golden: Golden; result: OpticsResult } | null {
  const [path, dimensions] = DATA[name]!;
  const file = shared(path);
  const text = shared(`golden/${name}.matrix.optics.${tag}.json`);
  if (!file || !text) return null;
  const golden = JSON.parse(text.toString()) as Golden;
  const { params } = golden;
  const extraction: OpticsExtraction =
    params.cluster_method === "dbscan"
      ? { method: "dbscan", eps: params.eps ?? null }
      : {
          method: "xi",
          xi: params.xi ?? 0.05,
          predecessorCorrection: params.predecessor_correction ?? true,
          minClusterSize: params.min_cluster_size ?? null,
        };
  const kernels = plain();
  const matrix = load(kernels, floats(file), dimensions);
  const metric = { name: "euclidean" } as const;
  const result = run(kernels.optics(matrix, { minSamples: params.min_samples, maxEps: Infinity, metric, extraction }));
  return { golden, result };
}

describe.each(Object.keys(DATA))("%s", (name) => {
  it.for(["xi", "xi.nopred", "mcs20", "dbscan"])("OPTICS %s: the same clusters", (tag, { skip }) => {
    const both = solve(name, tag);
    if (!both) return skip(`stored results of ${name} are absent`);
    const { golden, result } = both;
    expect(Math.max(...result.labels) + 1).toBe(golden.clusters);
    expect(adjustedRand(result.labels, golden.labels)).toBe(1);
  });

  it("OPTICS: the same reachability and ordering, up to a tie", ({ skip }) => {
    const both = solve(name, "xi");
    if (!both) return skip(`stored results of ${name} are absent`);
    const { golden, result } = both;
    const expected = golden.reachability!.map((value) => value ?? Infinity);
    const isNear = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= 1e-5 * b;
    const off = expected.filter((value, row) => !isNear(result.reachability[row]!, value)).length;
    const ours = [...result.ordering];
    const place = ours.findIndex((row, i) => row !== golden.ordering![i]);
    if (place < 0) return expect(off).toBe(0);
    // Rows within a core distance are equally far, to the last bit. The reference's core distances in many dimensions come from products, a
    // few 1e-8 off, so that it may put the row that completes the core before or behind the others. Then what follows differs.
    const [mine, theirs] = [ours[place]!, golden.ordering![place]!];
    expect(result.reachability[theirs]).toBe(result.reachability[mine]);
    expect(isNear(expected[mine]!, expected[theirs]!)).toBe(true);
    for (const row of ours.slice(0, place)) expect(isNear(result.reachability[row]!, expected[row]!)).toBe(true);
    expect(off).toBeLessThanOrEqual(0.02 * ours.length);
  });
});
