import { describe, expect, it } from "vitest";
import { errorBody } from "../../src/api/errors";
import { newExecutionDoc } from "../../src/db/executions";
import { timestamp } from "../../src/db/time";
import { ALGORITHMS } from "../../src/domain/definition/model";
import { patchDefinition } from "../../src/domain/definition/patch";
import { renderCluster } from "../../src/domain/definition/render";
import { newId } from "../../src/domain/ids";
import { define, PIXELS, refusal, vectorBody } from "../domain/definition/support";
import { ClusterMetadata, ClusterModel, Execution, ValidationFailure } from "./client";

const render = (body: unknown) =>
  renderCluster(
    { clusterId: newId("clust"), namespaceId: newId("ns"), createdAt: timestamp() },
    define(body).definition,
  );

/** Values of the newer contract, which the older client cannot know. */
const NEWER = ["leiden", "auto"];
const ATTRIBUTES = {
  collection_ids: ["col_a"],
  cluster_type: "attribute",
  attribute_config: { attributes: ["brand"] },
};

describe("the published client parses", () => {
  it.each(ALGORITHMS.filter((name) => name !== "attribute_based"))(
    "a new cluster of method %s",
    (clustering_method) => {
      const doc = render(vectorBody({ clustering_method }, { cluster_name: "a", filters: { status: "active" } }));
      expect(ClusterMetadata.parse(doc).algorithm).toBe(clustering_method);
      expect(ClusterModel.safeParse(doc).success).toBe(!NEWER.includes(clustering_method));
    },
  );

  it("an attribute cluster", () => {
    const doc = render({ ...ATTRIBUTES, cluster_name: "a" });
    expect(ClusterMetadata.parse(doc).clustered_attributes).toEqual(["brand"]);
    expect(ClusterModel.parse(doc).attribute_config?.attributes).toEqual(["brand"]);
  });

  it("a run that has just been accepted", () => {
    const ids = { runId: newId("run"), clusterId: newId("clust"), taskId: newId("task"), namespaceId: newId("ns") };
    expect(Execution.parse(newExecutionDoc(ids, timestamp())).status).toBe("pending");
  });

  it("a refusal in either of its forms", () => {
    const body = errorBody(refusal(() => define(vectorBody({ algorithm_params: { n_clusters: 1 } }))));
    expect(ValidationFailure.parse(body).detail[0]?.loc).toEqual([
      "body",
      "vector_config",
      "algorithm_params",
      "n_clusters",
    ]);
    expect(body.error.code).toBe("validation_failed");
  });
});

describe("what the published client sends is accepted", () => {
  // Defaults filled in explicitly, nulls for what was not set, case_sensitive on every filter.
  const BODY = {
    collection_ids: ["col_a"],
    cluster_name: null,
    cluster_type: "vector",
    vector_config: {
      feature_uri: null,
      feature_uris: [PIXELS],
      feature_extractor_name: null,
      version: null,
      output_name: null,
      clustering_method: "hdbscan",
      sample_size: null,
      kmeans_parameters: null,
      dbscan_parameters: null,
      hdbscan_parameters: { min_cluster_size: 7, min_samples: null, metric: "euclidean" },
      algorithm_params: {
        n_clusters: 8,
        max_iter: 300,
        random_state: 42,
        n_init: 10,
        tol: 0.0001,
        init: "k-means++",
        verbose: 0,
        copy_x: true,
        algorithm: "lloyd",
      },
      multi_feature_strategy: "concatenate",
      normalize_features: true,
      feature_weights: null,
      weight_learning_config: null,
      output_strategy: "single",
      effective_feature_method: "mean",
      enrich_source: false,
    },
    attribute_config: null,
    filters: {
      AND: [{ field: "status", operator: "eq", value: "active", case_sensitive: false }],
      OR: null,
      NOT: null,
      case_sensitive: false,
    },
    llm_labeling: null,
    enrich_source_collection: false,
    source_enrichment_config: null,
  };

  it("on create, with k-means defaults beside another method's parameters", () => {
    const { definition, warnings } = define(BODY);
    expect(definition.vector_config?.algorithm_params).toMatchObject({ min_cluster_size: 7, min_samples: null });
    expect(definition.filters).toMatchObject({
      kind: "and",
      of: [{ field: "status", operator: "eq", value: "active" }],
    });
    const hidden = warnings.filter(({ loc }) => loc.includes("algorithm_params"));
    expect(hidden).toHaveLength(9);
  });

  it("on patch, with nulls for what stays", () => {
    const { definition } = define(BODY);
    const patched = patchDefinition(definition, { cluster_name: "new", description: null, metadata: null });
    expect(patched.definition).toEqual({ ...definition, cluster_name: "new" });
    expect(patched.warnings.every(({ loc }) => loc.includes("clustering_method"))).toBe(true);
  });
});
