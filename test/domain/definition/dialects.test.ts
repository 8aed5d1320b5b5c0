import { describe, expect, it } from "vitest";
import { readDefinition } from "../../../src/domain/definition/adapters";
import { define, issueAt, PIXELS, refusal, vectorBody, warningAt } from "./support";

describe("the structured dialect", () => {
  it("becomes the canonical definition with the method's defaults", () => {
    const { definition, warnings } = define(
      vectorBody({ algorithm_params: { n_clusters: 3 } }, { cluster_name: "digits" }),
    );
    expect(warnings).toEqual([]);
    expect(definition).toMatchObject({
      collection_ids: ["col_a"],
      cluster_name: "digits",
      cluster_type: "vector",
      attribute_config: null,
      vector_config: {
        feature_uris: [PIXELS],
        clustering_method: "kmeans",
        sample_size: null,
        normalize_features: true,
        vis_n_components: 2,
        algorithm_params: {
          n_clusters: 3,
          max_iter: 300,
          n_init: 10,
          tol: 0.0001,
          init: "k-means++",
          random_state: 42,
        },
      },
    });
  });

  it("takes a single feature_uri and refuses one that contradicts feature_uris", () => {
    const { definition } = define(vectorBody({ feature_uris: undefined, feature_uri: PIXELS }));
    expect(definition.vector_config?.feature_uris).toEqual([PIXELS]);
    const error = refusal(() => define(vectorBody({ feature_uri: "mixpeek://other@v1/pixels" })));
    expect(error.status).toBe(422);
    expect(issueAt(error, "body.vector_config.feature_uri")?.type).toBe("contradiction");
  });

  it("names every unknown field, nested ones too", () => {
    const { warnings } = define(vectorBody({ num_clusters: 4 }, { tags: ["x"] }));
    expect(warningAt(warnings, "body.tags")).toContain("unknown");
    expect(warningAt(warnings, "body.vector_config.num_clusters")).toContain("unknown");
  });

  it.each([
    ["collection_ids", { collection_ids: undefined }, "body.collection_ids", "missing"],
    ["no collection", { collection_ids: [] }, "body.collection_ids", "too_small"],
    ["a name that is a number", { cluster_name: 7 }, "body.cluster_name", "invalid_type"],
    ["no vector_config", { vector_config: null }, "body.vector_config", "missing"],
    ["an attribute type without its config", { cluster_type: "attribute" }, "body.attribute_config", "missing"],
    ["an unknown type", { cluster_type: "text" }, "body.cluster_type", "invalid_value"],
    ["cooldown below 0", { auto_execute_cooldown_seconds: -1 }, "body.auto_execute_cooldown_seconds", "too_small"],
  ])("refuses %s", (_, change, loc, type) => {
    const error = refusal(() => define({ ...vectorBody(), ...change }));
    expect(error.status).toBe(422);
    expect(issueAt(error, loc)?.type).toBe(type);
  });

  it.each([
    ["sample_size", 1_000_001, "at most 1000000, got 1000001"],
    ["sample_size", "10", 'type number, got "10"'],
    ["max_hierarchy_depth", 6, "at most 5, got 6"],
    ["vis_n_components", 4, "one of 2, 3, got 4"],
    ["clustering_method", "k-means", 'one of "kmeans"'],
    ["feature_weights", { [PIXELS]: 1.5 }, "at most 1, got 1.5"],
  ])("names the field, the value and the limit of %s", (field, value, text) => {
    const error = refusal(() => define(vectorBody({ [field]: value })));
    expect(error.issues[0]?.loc.slice(0, 3)).toEqual(["body", "vector_config", field]);
    expect(error.message).toContain(text);
  });

  it("reports all that is wrong at once", () => {
    const error = refusal(() => define(vectorBody({ sample_size: 1, vis_n_components: 5 }, { cluster_name: "" })));
    expect(error.issues.map((issue) => issue.loc.at(-1)).sort()).toEqual([
      "cluster_name",
      "sample_size",
      "vis_n_components",
    ]);
  });

  it("takes attribute clustering, also as the method attribute_based", () => {
    const attribute_config = { attributes: ["brand", "meta.kind"] };
    const plain = define({ collection_ids: ["col_a"], cluster_type: "attribute", attribute_config });
    expect(plain.definition).toMatchObject({
      cluster_type: "attribute",
      vector_config: null,
      attribute_config: { ...attribute_config, hierarchical_grouping: false, aggregation_method: "most_frequent" },
    });
    const byMethod = define({
      collection_ids: ["col_a"],
      cluster_type: "vector",
      vector_config: { clustering_method: "attribute_based" },
      attribute_config,
    });
    expect(byMethod.definition.cluster_type).toBe("attribute");
    expect(byMethod.warnings).toEqual([]);
  });

  it("warns of what is stored and not acted on yet", () => {
    const { warnings } = define(
      vectorBody(
        { clustering_method: "hdbscan", hierarchical: true, enrich_source: true, face_cluster_merge: {} },
        { enrich_source_collection: true, auto_execute_min_documents: 5, llm_labeling: { enabled: true } },
      ),
    );
    expect(warnings.map(({ loc }) => loc.at(-1)).sort()).toEqual(["auto_execute_min_documents", "labeling_inputs"]);
  });
});

describe("the flat dialect", () => {
  const body = {
    cluster_name: "topics",
    source_collection_ids: ["col_a"],
    feature_addresses: ["mixpeek://text_extractor@v1/pixels"],
    algorithm: "kmeans",
    algorithm_config: { num_clusters: 50 },
    dimension_reduction: { method: "UMAP", components: 3 },
    llm_labeling: { provider: "openai_chat_v1", model: "gpt-4o-mini" },
    hierarchical: false,
    sample_size: 500,
  };

  it("becomes the same definition as its structured form", () => {
    const structured = {
      cluster_name: "topics",
      collection_ids: ["col_a"],
      vector_config: {
        feature_uris: ["mixpeek://text_extractor@v1/pixels"],
        clustering_method: "kmeans",
        algorithm_params: { n_clusters: 50 },
        vis_method: "umap",
        vis_n_components: 3,
        hierarchical: false,
        sample_size: 500,
      },
      llm_labeling: { enabled: true, provider: "openai", model_name: "gpt-4o-mini" },
    };
    expect(define(body).definition).toEqual(define(structured).definition);
  });

  it("points at the caller's own fields", () => {
    const { warnings } = define({ ...body, algorithm_config: { num_clusters: 50, colour: "red" } });
    expect(warningAt(warnings, "body.algorithm_config.colour")).toContain("no colour");
    expect(warningAt(warnings, "body.feature_addresses.0")).toContain(PIXELS);
    const error = refusal(() =>
      define({ ...body, algorithm_config: { num_clusters: 1001 }, source_collection_ids: [] }),
    );
    expect(issueAt(error, "body.source_collection_ids")?.msg).toContain("at least 1 items");
    const bounds = refusal(() => define({ ...body, algorithm_config: { num_clusters: 1001 } }));
    expect(issueAt(bounds, "body.algorithm_config.num_clusters")?.msg).toContain("at most 1000, got 1001");
    const reduction = refusal(() => define({ ...body, dimension_reduction: { method: "isomap", components: 9 } }));
    expect(reduction.issues.map(({ loc }) => loc.join("."))).toEqual([
      "body.dimension_reduction.method",
      "body.dimension_reduction.components",
    ]);
  });

  it("takes an algorithm with its parameters as one object, and a single collection", () => {
    const { definition } = define({
      collection_id: "col_a",
      feature_uri: PIXELS,
      algorithm: { name: "kmeans", params: { n_clusters: 4 } },
      dimension_reduction: { method: "pca", n_components: 2 },
    });
    expect(definition.vector_config).toMatchObject({
      clustering_method: "kmeans",
      algorithm_params: { n_clusters: 4 },
      vis_method: "pca",
    });
  });

  it("refuses two collection lists that differ", () => {
    const error = refusal(() => define({ ...body, collection_ids: ["col_b"] }));
    expect(issueAt(error, "body.source_collection_ids")?.msg).toContain("contradicts collection_ids");
  });
});

describe("the concept page's dialect", () => {
  it("takes an extractor's name and the method's own parameters", () => {
    const { definition, warnings } = define({
      collection_ids: ["col_a"],
      cluster_type: "vector",
      vector_config: {
        feature_extractor_name: "clip_vit_l_14",
        clustering_method: "hdbscan",
        hdbscan_parameters: { min_cluster_size: 10, min_samples: 5 },
      },
      llm_labeling: { enabled: true, model_name: "gpt-4" },
    });
    expect(definition.vector_config).toMatchObject({
      feature_uris: [PIXELS],
      algorithm_params: { min_cluster_size: 10, min_samples: 5, cluster_selection_method: "eom" },
    });
    expect(definition.llm_labeling).toMatchObject({ enabled: true, model_name: "gpt-4", provider: "openai" });
    expect(warningAt(warnings, "body.vector_config.feature_extractor_name")).toContain(PIXELS);
    expect(warningAt(warnings, "body.vector_config.hdbscan_parameters")).toContain("deprecated");
    expect(warningAt(warnings, "body.llm_labeling.model_name")).toContain("gpt-4");
  });

  it("takes the ad-hoc request", () => {
    const { definition, warnings } = define({
      collection_ids: ["col_a"],
      config: {
        algorithm: "kmeans",
        algorithm_params: { n_clusters: 8, max_iter: 300 },
        feature_vector: { feature_address: { extractor: "passthrough", version: "v1" } },
        normalize_features: false,
        dimensionality_reduction: { method: "umap", n_components: 2 },
        batch_size: 100,
      },
      sample_size: 10_000,
    });
    expect(definition.vector_config).toMatchObject({
      feature_uris: [PIXELS],
      normalize_features: false,
      sample_size: 10_000,
      preprocessing_steps: [{ method: "umap", n_components: 2, n_neighbors: 30, metric: "cosine" }],
    });
    expect(warningAt(warnings, "body.config.batch_size")).toContain("no effect");
  });

  it("refuses two sample sizes", () => {
    const config = { algorithm: "kmeans", sample_size: 5 };
    const error = refusal(() => readDefinition({ collection_ids: ["col_a"], config, sample_size: 6 }));
    expect(issueAt(error, "body.config.sample_size")?.msg).toContain("contradicts sample_size, which is 6");
  });
});

it.each([null, [], "text", 3])("refuses %j as a body", (body) => {
  expect(refusal(() => readDefinition(body)).issues[0]?.loc).toEqual(["body"]);
});
