/** The way that the API is meant to be used, once through. */
import { CENTRES, clusterBody, collectionBody, NDJSON, ndjson } from "./data.mjs";
import { equal, eventually, linesRefused, ok, refused } from "./expect.mjs";

const DOCUMENTS = 2_000;

export const journeyScenarios = [
  {
    name: "health, reference and OpenAPI need no key",
    async run(world) {
      const api = world.client().with({ key: undefined });
      equal((await api.send("GET", "/health")).status, 200, "/health");
      const document = await api.get("/openapi.json");
      ok(document.openapi.startsWith("3.1"), "OpenAPI 3.1");
      const page = await api.send("GET", "/docs");
      ok(page.ok && /text\/html/.test(page.headers.get("content-type")), "/docs is a page");
    },
  },
  {
    name: "namespace, collection, import with refused rows reported",
    async run(world) {
      const namespace = await world.client().post("/v1/namespaces", { namespace_name: "stranger" });
      const api = world.client("stranger");
      const collection = await api.post("/v1/collections", collectionBody("blobs"));
      const path = `/v1/collections/${collection.collection_id}`;
      Object.assign(world.made, { namespaceId: namespace.namespace_id, collectionId: collection.collection_id, path });
      const bad = '{"document_id":"doc_bad","vectors":{"v":[1,2]}}\nnot json\n';
      const batch = await api.post(`${path}/documents/import`, bad + ndjson(0, DOCUMENTS), NDJSON);
      equal([batch.inserted, batch.failed], [DOCUMENTS, 2], "inserted, failed");
      equal(linesRefused(batch), [1, 2], "lines refused");
      equal((await api.get(`${path}/batches/${batch.batch_id}`)).inserted, DOCUMENTS, "the batch, asked for again");
      equal((await api.get(path)).document_count, DOCUMENTS, "document_count");
    },
  },
  {
    name: "importing the same again updates, and loses nothing",
    async run(world) {
      const { path } = world.made;
      const api = world.client("stranger");
      const batch = await api.post(`${path}/documents/import`, ndjson(0, 100), NDJSON);
      equal([batch.inserted, batch.updated], [0, 100], "inserted, updated");
      equal((await api.get(path)).document_count, DOCUMENTS, "document_count");
    },
  },
  {
    name: "documents: list by filter, get, patch, delete, page by cursor",
    async run(world) {
      const { path } = world.made;
      const api = world.client("stranger");
      const filters = {
        AND: [
          { field: "parity", operator: "eq", value: "odd" },
          { field: "nested.rank", operator: "lt", value: 10 },
        ],
      };
      const found = await api.post(`${path}/documents/list?limit=100`, { filters });
      equal(
        found.results.map((document) => document.nested.rank).sort((a, b) => a - b),
        [1, 3, 5, 7, 9],
        "filtered",
      );
      await api.call("PATCH", `${path}/documents/doc_blob000001`, { parity: "neither" });
      equal((await api.get(`${path}/documents/doc_blob000001`)).parity, "neither", "patched");
      await api.call("PATCH", `${path}/documents/doc_blob000001`, { parity: "odd" });
      await api.call("DELETE", `${path}/documents/doc_blob000002`);
      await refused(() => api.get(`${path}/documents/doc_blob000002`), 404, "document_not_found");
      await api.post(`${path}/documents/import`, ndjson(2, 3), NDJSON);
      const ids = new Set();
      for await (const document of api.list(`${path}/documents/list`, {}, 300)) ids.add(document.document_id);
      equal(ids.size, DOCUMENTS, "documents over all pages");
    },
  },
  {
    name: "define, plan, execute, follow the events, read the clusters",
    async run(world) {
      const { collectionId } = world.made;
      const api = world.client("stranger");
      const cluster = await api.post("/v1/clusters", clusterBody("blobs", collectionId));
      const { plan } = await api.post(`/v1/clusters/${cluster.cluster_id}/plan`, {});
      ok(plan.stages.length > 0 && plan.shape.rows === DOCUMENTS, "a plan of all documents");
      const task = await api.post(`/v1/clusters/${cluster.cluster_id}/execute`);
      equal(task.status, "PENDING", "task status");
      const { run_id: runId } = task.additional_data;
      const run = `/v1/clusters/${cluster.cluster_id}/executions/${runId}`;
      const events = [];
      for await (const event of api.events(`${run}/events`)) events.push(event);
      equal(events.at(-1).type, "completed", "last event");
      ok(
        events.every((event, index) => index === 0 || event.seq > events[index - 1].seq),
        "events in order",
      );
      const execution = await api.get(run);
      equal([execution.num_clusters, execution.num_points], [CENTRES, DOCUMENTS], "clusters, points");
      equal((await api.get(`/v1/tasks/${task.task_id}`)).status, "COMPLETED", "task");
      const data = await api.post(`${run}/data`, { include_members: true });
      equal(data.members.length, DOCUMENTS, "members");
      const centres = new Map();
      for (const member of data.members) {
        const centre = Number(member.document_id.slice(8)) % CENTRES;
        centres.set(member.cluster_id, (centres.get(member.cluster_id) ?? new Set()).add(centre));
      }
      ok(
        [...centres.values()].every((set) => set.size === 1),
        "each cluster is one blob",
      );
      Object.assign(world.made, { clusterId: cluster.cluster_id, runId, run });
    },
  },
  {
    name: "the tables as NDJSON, Arrow and Parquet, by page and by cluster",
    async run(world) {
      const { run } = world.made;
      const api = world.client("stranger");
      const body = { include_members: true };
      const lines = await api.call("POST", `${run}/data`, body, { Accept: "application/x-ndjson" });
      equal(lines.trim().split("\n").length, DOCUMENTS, "NDJSON rows");
      const parquet = await api.send("POST", `${run}/data`, body, { Accept: "application/vnd.apache.parquet" });
      const bytes = new Uint8Array(await parquet.arrayBuffer());
      equal(new TextDecoder().decode(bytes.slice(0, 4)), "PAR1", "Parquet's magic");
      const arrow = await api.send("POST", `${run}/data`, body, { Accept: "application/vnd.apache.arrow.stream" });
      equal(
        new Uint8Array(await arrow.arrayBuffer()).slice(0, 4),
        new Uint8Array([255, 255, 255, 255]),
        "Arrow's marker",
      );
      const page = await api.post(`${run}/data`, { include_members: true, offset: DOCUMENTS - 7, limit: 100 });
      equal(page.members.length, 7, "the last page");
      const one = await api.post(`${run}/data`, { include_members: true, cluster_ids: ["cl_0"] });
      ok(
        one.members.length > 0 && one.members.every((member) => member.cluster_id === "cl_0"),
        "one cluster's members",
      );
    },
  },
  {
    name: "the same definition gives the same tables, byte for byte",
    async run(world) {
      const { clusterId, run } = world.made;
      const api = world.client("stranger");
      const task = await api.post(`/v1/clusters/${clusterId}/execute?wait=25`);
      const again = `/v1/clusters/${clusterId}/executions/${task.additional_data.run_id}`;
      await eventually(
        () => api.get(again),
        ({ status }) => status === "completed",
        60_000,
        "the second run",
      );
      const bytes = async (path) => {
        const answer = await api.send(
          "POST",
          `${path}/data`,
          { include_members: true },
          { Accept: "application/x-ndjson" },
        );
        return answer.text();
      };
      ok((await bytes(run)) === (await bytes(again)), "equal tables");
    },
  },
  {
    name: "groups by attribute, without a vector",
    async run(world) {
      const { collectionId } = world.made;
      const api = world.client("stranger");
      const cluster = await api.post("/v1/clusters", {
        cluster_name: "by-parity",
        collection_ids: [collectionId],
        cluster_type: "attribute",
        attribute_config: { attributes: ["parity"] },
      });
      const task = await api.post(`/v1/clusters/${cluster.cluster_id}/execute?wait=25`);
      const execution = await eventually(
        () => api.get(`/v1/clusters/${cluster.cluster_id}/executions/${task.additional_data.run_id}`),
        ({ status }) => status !== "pending" && status !== "processing",
        60_000,
        "the attribute run",
      );
      equal(
        execution.centroids.map(({ num_members }) => num_members),
        [DOCUMENTS / 2, DOCUMENTS / 2],
        "two groups",
      );
    },
  },
];
