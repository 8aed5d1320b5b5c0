import { beforeAll, describe, expect, it } from "vitest";
import { ClusterList, ClusterMetadata, ClusterModel, Failure, ValidationFailure } from "../contract/client";
import { api, definition, FEATURE, populate } from "./clusters-support";

const shoal = api("definitions");
const other = api("elsewhere");
let collection: string;

beforeAll(async () => {
  collection = await populate(shoal, "definitions");
  await populate(other, "elsewhere");
});

describe("create and get", () => {
  it("answers both published shapes, by id and by name", async () => {
    const { status, body } = await shoal.post("/v1/clusters", definition(collection, { cluster_name: "first" }));
    expect(status).toBe(200);
    expect(ClusterMetadata.parse(body)).toMatchObject({
      cluster_name: "first",
      status: "PENDING",
      algorithm: "kmeans",
    });
    expect(ClusterModel.parse(body).vector_config).toMatchObject({ feature_uris: [FEATURE] });
    expect(body.warnings).toEqual([]);
    const byId = await shoal.get(`/v1/clusters/${body.cluster_id}`);
    const byName = await shoal.get("/v1/clusters/first");
    expect(byName.body).toEqual(byId.body);
    expect({ ...byId.body, warnings: [] }).toEqual(body);
  });

  it("takes collections by name, and the flat dialect", async () => {
    const { status, body } = await shoal.post("/v1/clusters", {
      source_collection_ids: ["blobs"],
      feature_addresses: ["mixpeek://text_extractor@v1/position"],
      algorithm: "kmeans",
      algorithm_config: { num_clusters: 5 },
      dimension_reduction: { method: "umap", components: 2 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      collection_ids: [collection],
      algorithm_params: { n_clusters: 5 },
      feature_uris: [FEATURE],
    });
    expect(body.cluster_name).toBe(body.cluster_id);
    expect(body.warnings.map((warning: { loc: string[] }) => warning.loc[1])).toContain("feature_addresses");
  });

  it("stores definitions that no kernel can run, and refuses to run them", async () => {
    const algorithm_params = { metric: "mahalanobis" };
    const config = { feature_uris: [FEATURE], clustering_method: "dbscan", algorithm_params };
    const { body } = await shoal.post("/v1/clusters", { collection_ids: [collection], vector_config: config });
    const run = await shoal.post(`/v1/clusters/${body.cluster_id}/execute`);
    expect(run.status).toBe(422);
    expect(ValidationFailure.parse(run.body).error).toMatchObject({
      code: "validation_failed",
      details: { field: "metric", value: "mahalanobis" },
    });
    expect((await shoal.get(`/v1/clusters/${body.cluster_id}/executions`)).body.error.code).toBe("no_execution");
  });

  it("refuses a taken name", async () => {
    await shoal.post("/v1/clusters", definition(collection, { cluster_name: "taken" }));
    const { status, body } = await shoal.post("/v1/clusters", definition(collection, { cluster_name: "taken" }));
    expect([status, Failure.parse(body).error.code]).toEqual([409, "cluster_name_taken"]);
    expect((await other.post("/v1/clusters", definition("blobs", { cluster_name: "taken" }))).status).toBe(200);
  });

  it("names field, value and limit of a refusal", async () => {
    const { status, body } = await shoal.post("/v1/clusters", definition(collection, {}, { n_clusters: 1001 }));
    expect(status).toBe(422);
    const [issue] = ValidationFailure.parse(body).detail;
    expect(issue?.loc).toEqual(["body", "vector_config", "algorithm_params", "n_clusters"]);
    expect(issue?.msg).toContain("at most 1000, got 1001");
  });

  it.each([
    ["collection_not_found", 404, { collection_ids: ["col_none"] }],
    [
      "feature_not_found",
      422,
      { vector_config: { feature_uris: ["mixpeek://a@v1/none"], clustering_method: "kmeans" } },
    ],
    ["invalid_filter", 422, { filters: { field: "a", operator: "near", value: 1 } }],
  ])("refuses with %s", async (code, status, change) => {
    const { status: got, body } = await shoal.post("/v1/clusters", { ...definition(collection), ...change });
    expect([got, body.error.code]).toEqual([status, code]);
  });

  it("does not see another namespace", async () => {
    const { body } = await shoal.post("/v1/clusters", definition(collection));
    for (const path of ["", "/executions", "/artifacts"]) {
      const { status } = await other.get(`/v1/clusters/${body.cluster_id}${path}`);
      expect(status).toBe(404);
    }
    expect((await other.post("/v1/clusters", definition(collection))).body.error.code).toBe("collection_not_found");
    expect((await other.post(`/v1/clusters/${body.cluster_id}/execute`)).status).toBe(404);
  });
});

describe("patch", () => {
  it("changes what it names", async () => {
    const created = await shoal.post("/v1/clusters", definition(collection, { metadata: { a: 1 } }));
    const path = `/v1/clusters/${created.body.cluster_id}`;
    const { status, body } = await shoal.patch(path, {
      cluster_name: "renamed",
      description: "words",
      metadata: null,
      sample_size: 40,
      algorithm_params: { n_clusters: 4 },
      filters: { blob: "b0" },
    });
    expect(status).toBe(200);
    expect(ClusterModel.parse(body)).toMatchObject({
      cluster_name: "renamed",
      description: "words",
      metadata: { a: 1 },
      vector_config: { sample_size: 40, algorithm_params: { n_clusters: 4, n_init: 2 } },
      filters: { field: "blob", operator: "eq", value: "b0" },
    });
    expect((await shoal.get("/v1/clusters/renamed")).body).toMatchObject({
      algorithm_params: { n_clusters: 4, n_init: 2 },
    });
  });

  it("refuses a taken name and bad values, and changes nothing then", async () => {
    const { body } = await shoal.post("/v1/clusters", definition(collection));
    const path = `/v1/clusters/${body.cluster_id}`;
    await shoal.post("/v1/clusters", definition(collection, { cluster_name: "used" }));
    expect((await shoal.patch(path, { cluster_name: "used" })).body.error.code).toBe("cluster_name_taken");
    expect((await shoal.patch(path, { algorithm_params: { n_clusters: 0 }, description: "x" })).status).toBe(422);
    expect((await shoal.get(path)).body.description).toBe(null);
  });
});

describe("list", () => {
  const COLOURS = ["blue", "green", "pink", "red", "white"];
  const listed = api("listed");
  beforeAll(async () => {
    await populate(listed, "listed");
    for (const [i, colour] of COLOURS.entries()) {
      await listed.post("/v1/clusters", definition("blobs", { cluster_name: `${colour} fish` }, { n_clusters: i + 2 }));
    }
  });
  const names = (body: { results: { cluster_name: string }[] }) => body.results.map((item) => item.cluster_name);

  it("filters, sorts and searches", async () => {
    const { body } = await listed.post("/v1/clusters/list", {
      filters: { AND: [{ field: "algorithm_params.n_clusters", operator: "gte", value: 4, case_sensitive: false }] },
      sort: { field: "algorithm_params.n_clusters", direction: "desc" },
    });
    expect(names(ClusterList.parse(body))).toEqual(["white fish", "red fish", "pink fish"]);
    expect(names((await listed.post("/v1/clusters/list", { search: "GREEN fish" })).body)).toEqual(["green fish"]);
  });

  it("pages by cursor, with totals and statistics", async () => {
    const first = await listed.post("/v1/clusters/list?limit=3&include_total=true", {});
    const { body } = first;
    expect(ClusterList.parse(body)).toMatchObject({ total_count: 5, pagination: { total: 5, total_pages: 2 } });
    expect(body.stats).toMatchObject({ total_clusters: 5, clusters_by_status: { PENDING: 5 } });
    const cursor = encodeURIComponent(body.pagination.next_cursor);
    const second = await listed.post(`/v1/clusters/list?limit=3&cursor=${cursor}`);
    expect([...names(body), ...names(second.body)].sort()).toEqual(COLOURS.map((colour) => `${colour} fish`));
    expect(second.body.pagination.next_cursor).toBe(null);
  });
});
