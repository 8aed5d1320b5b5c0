/** What must be refused, and how: wrong input, wrong keys, other tenants. */
import { clusterBody, collectionBody, NDJSON } from "./data.mjs";
import { equal, linesRefused, ok, refused } from "./expect.mjs";

export const refusalScenarios = [
  {
    name: "no key 401, a wrong key 401, too small a scope 403",
    async run(world) {
      const api = world.client("stranger");
      await refused(() => api.with({ key: undefined }).post("/v1/clusters/list", {}), 401, "missing_api_key");
      await refused(() => api.with({ key: "sk_wrong" }).post("/v1/clusters/list", {}), 401, "invalid_api_key");
      const { key } = await world.client().post("/v1/keys", { key_name: "reader", scopes: ["read"] });
      const reader = api.with({ key });
      ok((await reader.post("/v1/clusters/list", {})).results.length > 0, "a read key reads");
      await refused(() => reader.post("/v1/collections", collectionBody("denied")), 403, "missing_scope");
    },
  },
  {
    name: "another namespace's ids answer 404, whatever the operation",
    async run(world) {
      const { collectionId, clusterId, run, path } = world.made;
      await world.client().post("/v1/namespaces", { namespace_name: "neighbour" });
      const api = world.client("neighbour");
      await refused(() => api.get(path), 404, "collection_not_found");
      await refused(() => api.post(`${path}/documents/list`, {}), 404, "collection_not_found");
      await refused(() => api.call("DELETE", path), 404, "collection_not_found");
      await refused(() => api.get(`/v1/clusters/${clusterId}`), 404, "cluster_not_found");
      await refused(() => api.post(`/v1/clusters/${clusterId}/execute`), 404, "cluster_not_found");
      await refused(() => api.post(`${run}/data`, {}), 404, "cluster_not_found");
      const theirs = await api.send("POST", "/v1/clusters", clusterBody("stolen", collectionId));
      ok(theirs.status === 404 || theirs.status === 422, `a cluster over another's collection: ${theirs.status}`);
      equal((await api.post("/v1/clusters/list", {})).results, [], "an empty list");
    },
  },
  {
    name: "a key limited to a namespace sees no other",
    async run(world) {
      const { namespaceId } = world.made;
      const { key } = await world
        .client()
        .post("/v1/keys", { key_name: "limited", scopes: ["read"], namespaces: [namespaceId] });
      ok((await world.client("stranger").with({ key }).post("/v1/clusters/list", {})).results.length > 0, "its own");
      await refused(
        () => world.client("neighbour").with({ key }).post("/v1/clusters/list", {}),
        404,
        "namespace_not_found",
      );
    },
  },
  {
    name: "definitions out of bounds name the field",
    async run(world) {
      const { collectionId } = world.made;
      const api = world.client("stranger");
      const body = await refused(
        () => api.post("/v1/clusters", clusterBody("bad", collectionId, { n_clusters: 1 })),
        422,
        "validation_failed",
      );
      ok(JSON.stringify(body.detail).includes("n_clusters"), "the field");
      await refused(() => api.post("/v1/clusters", {}), 422, "validation_failed");
      await refused(
        () => api.call("POST", "/v1/clusters", "{", { "Content-Type": "application/json" }),
        400,
        "invalid_json",
      );
      await refused(
        () => api.post("/v1/clusters", clusterBody("lost", "col_doesnotexist")),
        404,
        "collection_not_found",
      );
    },
  },
  {
    name: "an unknown field is a warning, a metric that no kernel has is refused at execute",
    async run(world) {
      const { collectionId } = world.made;
      const api = world.client("stranger");
      const warned = await api.post("/v1/clusters", { ...clusterBody("warned", collectionId), colour: "blue" });
      ok(
        warned.warnings.some(({ loc }) => loc.includes("colour")),
        "the unknown field is named",
      );
      const strange = clusterBody("strange", collectionId);
      strange.vector_config = {
        ...strange.vector_config,
        clustering_method: "dbscan",
        algorithm_params: { metric: "mahalanobis" },
      };
      const cluster = await api.post("/v1/clusters", strange);
      await refused(() => api.post(`/v1/clusters/${cluster.cluster_id}/execute`), 422, "validation_failed");
    },
  },
  {
    name: "vectors: wrong length, not a number, duplicate ids; zero vectors pass",
    async run(world) {
      const api = world.client("stranger");
      const collection = await api.post("/v1/collections", collectionBody("odd-vectors", 2));
      const lines = [
        '{"document_id":"doc_a","vectors":{"v":[1,2]}}',
        '{"document_id":"doc_a","vectors":{"v":[3,4]}}',
        '{"document_id":"doc_b","vectors":{"v":[1]}}',
        '{"document_id":"doc_c","vectors":{"v":["x",1]}}',
        '{"document_id":"doc_d","vectors":{"v":[0,0]}}',
        '{"document_id":"doc_e","vectors":{"v":[1e999,1]}}',
      ];
      const batch = await api.post(
        `/v1/collections/${collection.collection_id}/documents/import`,
        lines.join("\n"),
        NDJSON,
      );
      equal([batch.inserted, batch.failed], [2, 4], "inserted, failed");
      equal(linesRefused(batch), [2, 3, 4, 6], "lines refused");
    },
  },
  {
    name: "Idempotency-Key replays the first answer, and refuses another body",
    async run(world) {
      const api = world.client("stranger");
      const key = { "Idempotency-Key": "stranger-1" };
      const first = await api.post("/v1/collections", collectionBody("once"), key);
      const second = await api.post("/v1/collections", collectionBody("once"), key);
      equal(second.collection_id, first.collection_id, "the same collection");
      await refused(() => api.post("/v1/collections", collectionBody("twice"), key), 409, "idempotency_key_reused");
      await refused(() => api.post("/v1/collections", collectionBody("once")), 409, "collection_name_taken");
    },
  },
  {
    name: "lists: limits, cursors and unknown routes",
    async run(world) {
      const api = world.client("stranger");
      await refused(() => api.post("/v1/clusters/list?limit=0", {}), 422, "validation_failed");
      await refused(() => api.post("/v1/clusters/list?limit=1001", {}), 422, "validation_failed");
      await refused(() => api.post("/v1/clusters/list?cursor=nonsense", {}), 400, "invalid_cursor");
      await refused(() => api.get("/v1/nowhere"), 404, "route_not_found");
      await refused(() => api.with({ namespace: undefined }).post("/v1/clusters/list", {}), 400, "namespace_required");
    },
  },
];
