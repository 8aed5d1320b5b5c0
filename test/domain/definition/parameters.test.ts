import { describe, expect, it } from "vitest";
import type { Algorithm } from "../../../src/domain/definition/model";
import { PARAMETER_MODELS } from "../../../src/domain/definition/params/index";
import { readParameters } from "../../../src/domain/definition/params/read";
import { define, issueAt, refusal, vectorBody, warningAt } from "./support";

const LOC = ["body", "algorithm_params"];
const read = (method: Algorithm, values: Record<string, unknown>) =>
  readParameters(method, [{ loc: LOC, values }], LOC);

/** All nine, as the published client sends them whatever the method. */
const CLIENT = {
  n_clusters: 8,
  max_iter: 300,
  random_state: 42,
  n_init: 10,
  tol: 0.0001,
  init: "k-means++",
  verbose: 0,
  copy_x: true,
  algorithm: "lloyd",
};

describe("defaults", () => {
  const DEFAULTS: [Algorithm, Record<string, unknown>][] = [
    ["kmeans", { n_clusters: 8, max_iter: 300, random_state: 42, n_init: 10, tol: 0.0001, algorithm: "lloyd" }],
    ["dbscan", { eps: 0.5, min_samples: 5, metric: "euclidean", p: 2, algorithm: "auto" }],
    ["hdbscan", { min_cluster_size: 5, min_samples: null, alpha: 1, cluster_selection_method: "eom" }],
    ["agglomerative", { n_clusters: 2, affinity: "euclidean", linkage: "ward", distance_threshold: null }],
    ["spectral", { n_clusters: 8, gamma: 1, affinity: "rbf", n_neighbors: 10, assign_labels: "kmeans", n_init: 10 }],
    ["gaussian_mixture", { n_components: 1, covariance_type: "full", tol: 0.001, reg_covar: 1e-6, max_iter: 100 }],
    ["mean_shift", { bandwidth: null, bin_seeding: false, min_bin_freq: 1, cluster_all: true, max_iter: 300 }],
    ["optics", { min_samples: 5, max_eps: null, metric: "minkowski", p: 2, cluster_method: "xi", xi: 0.05 }],
    [
      "leiden",
      { resolution: 1, n_neighbors: 30, metric: "cosine", objective_function: "RBConfiguration", n_iterations: 2 },
    ],
  ];
  it.each(DEFAULTS)("of %s are the published ones", (method, defaults) => {
    const { params, warnings } = read(method, {});
    expect(params).toMatchObject(defaults);
    expect(warnings).toEqual([]);
  });
});

describe("bounds", () => {
  const REFUSED: [Algorithm, Record<string, unknown>, string][] = [
    ["kmeans", { n_clusters: 1 }, "at least 2, got 1"],
    ["kmeans", { n_clusters: 1001 }, "at most 1000, got 1001"],
    ["kmeans", { n_clusters: 2.5 }, "int, got 2.5"],
    ["kmeans", { n_clusters: "3" }, 'got "3"'],
    ["kmeans", { max_iter: 10_001 }, "at most 10000"],
    ["kmeans", { tol: 0 }, "more than 0, got 0"],
    ["kmeans", { init: "kmeans||" }, 'one of "k-means++", "random"'],
    ["kmeans", { copy_x: "yes" }, 'boolean, got "yes"'],
    ["dbscan", { eps: 0 }, "more than 0"],
    ["dbscan", { metric: "precomputed" }, "one of"],
    ["hdbscan", { min_cluster_size: 1 }, "at least 2"],
    ["hdbscan", { min_cluster_size: 10, max_cluster_size: 9 }, "min_cluster_size, which is 10"],
    ["agglomerative", { linkage: "ward", affinity: "cosine" }, 'needs "euclidean"'],
    ["agglomerative", { n_clusters: 3, distance_threshold: 0.5 }, "contradicts distance_threshold 0.5"],
    ["agglomerative", { n_clusters: null }, "needs a distance_threshold"],
    ["spectral", { affinity: "euclidean" }, "one of"],
    ["gaussian_mixture", { covariance_type: "diagonal" }, "one of"],
    ["gaussian_mixture", { n_components: 3, weights_init: [0.5, 0.5] }, "must be 3 numbers, got 2"],
    ["gaussian_mixture", { n_components: 2, weights_init: [0.9, 0.9] }, "must sum to 1, their sum is 1.8"],
    ["gaussian_mixture", { n_components: 2, weights_init: [-0.5, 1.5] }, "at least 0, got -0.5"],
    [
      "gaussian_mixture",
      { n_components: 2, means_init: [[1, 2], [3]] },
      "must be 2 × d numbers, got lists of unequal length",
    ],
    ["gaussian_mixture", { n_components: 1, precisions_init: [[1, 2]] }, "must be 1 × d × d numbers, got 1 × 2"],
    ["gaussian_mixture", { n_components: 1, precisions_init: [[[1, 2]]] }, "must be 1 × d × d numbers, got 1 × 1 × 2"],
    ["gaussian_mixture", { n_components: 1, precisions_init: ["x"] }, "must be numbers"],
    ["mean_shift", { bandwidth: -1 }, "more than 0"],
    ["optics", { xi: 1.1 }, "at most 1"],
    ["optics", { min_cluster_size: 2.5 }, "a share in (0, 1]"],
    ["optics", { cluster_method: "dbscan", eps: 3, max_eps: 2 }, "3 must be at most max_eps, which is 2"],
    ["leiden", { resolution: 101 }, "at most 100"],
    ["leiden", { n_neighbors: 1 }, "at least 2"],
    ["leiden", { objective_function: "cpm" }, "one of"],
  ];
  it.each(REFUSED)("of %s refuse %j", (method, values, text) => {
    const error = refusal(() => read(method, values));
    expect(error.code).toBe("validation_failed");
    expect(error.message).toContain(text);
    expect(LOC.every((key, index) => error.issues[0]?.loc[index] === key)).toBe(true);
  });

  it("hold for what they allow", () => {
    expect(read("optics", { min_cluster_size: 0.1 }).params.min_cluster_size).toBe(0.1);
    expect(read("leiden", { n_iterations: -1 }).params.n_iterations).toBe(-1);
    expect(read("agglomerative", { distance_threshold: 0.5 }).params).toMatchObject({ n_clusters: null });
    expect(read("kmeans", { random_state: null }).params.random_state).toBe(null);
  });
});

describe("what has no effect", () => {
  it("is left out and warned of", () => {
    const { params, warnings } = read("dbscan", { n_jobs: 4, leaf_size: 10, colour: "red" });
    expect(Object.keys(params)).not.toContain("n_jobs");
    expect(warnings.map(({ loc }) => loc.at(-1)).sort()).toEqual(["colour", "leaf_size", "n_jobs"]);
  });

  it.each(Object.keys(PARAMETER_MODELS) as Algorithm[])("the client's k-means defaults do not disturb %s", (method) => {
    const { params } = read(method, CLIENT);
    expect(params).toEqual(read(method, {}).params);
  });

  it("but what the client's user changed counts where the method has it", () => {
    const { params, warnings } = read("spectral", { ...CLIENT, n_clusters: 5 });
    expect(params.n_clusters).toBe(5);
    expect(warningAt(warnings, "body.algorithm_params.algorithm")).toContain("kmeans");
  });

  it("parameters of another method are ignored with a warning", () => {
    const { definition, warnings } = define(vectorBody({ dbscan_parameters: { eps: 2 } }));
    expect(definition.vector_config?.algorithm_params).not.toHaveProperty("eps");
    expect(warningAt(warnings, "body.vector_config.dbscan_parameters")).toContain("the method is kmeans");
  });
});

describe("several sources", () => {
  it("are merged", () => {
    const { definition } = define(
      vectorBody({ kmeans_parameters: { n_clusters: 4, n_init: 2 }, algorithm_params: { n_clusters: 4, max_iter: 7 } }),
    );
    expect(definition.vector_config?.algorithm_params).toMatchObject({ n_clusters: 4, n_init: 2, max_iter: 7 });
  });

  it("must agree", () => {
    const error = refusal(() =>
      define(vectorBody({ kmeans_parameters: { n_clusters: 4 }, algorithm_params: { num_clusters: 5 } })),
    );
    expect(issueAt(error, "body.vector_config.algorithm_params.num_clusters")?.msg).toBe(
      "5 contradicts body.vector_config.kmeans_parameters.n_clusters, which is 4",
    );
  });
});
