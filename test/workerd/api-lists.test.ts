import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { call, collectionBody, type Json, ndjson, ok, world } from "../api/client";

let namespace: string;
let cluster: string;

/** Rows of a table at once, as thousands of requests would have made them. `i` counts from 0. */
const fill = (table: string, columns: Record<string, string>, doc: string, n: number) =>
  env.DB.prepare(
    `WITH RECURSIVE rows(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM rows WHERE i < ${n - 1})
     INSERT INTO ${table} (doc, ${Object.keys(columns).join(", ")}) SELECT ${doc}, ${Object.values(columns).join(", ")} FROM rows`,
  ).run();

const TIME = `printf('2026-01-01T%02d:%02d:%02d.000000Z', i / 3600, i / 60 % 60, i % 60)`;
const times = { created_at: TIME, updated_at: TIME };

beforeAll(async () => {
  ({ namespace } = await world("lists"));
  ({ cluster_id: cluster } = await ok("POST", "/v1/clusters", {
    namespace,
    body: { collection_ids: ["points"], cluster_type: "attribute", attribute_config: { attributes: ["label"] } },
  }));
});

describe("a list longer than the offset reaches", () => {
  const N = 10_050;
  const list = (query: string, body: unknown = {}) => call("POST", `/v1/tasks/list?${query}`, { body });
  const ids = (page: Json): string[] => page.results.map((doc: Json) => doc.task_id);

  beforeAll(() =>
    fill(
      "tasks",
      { id: "printf('task_%05d', i)", namespace_id: `'${namespace}'`, search: "printf('task_%05d', i)", ...times },
      `json_object('task_id', printf('task_%05d', i), 'task_type', 'engine_cluster_build', 'status',
         CASE i % 2 WHEN 0 THEN 'COMPLETED' ELSE 'FAILED' END, 'inputs', NULL, 'outputs', NULL, 'additional_data',
         json_object('n', i), 'error', NULL, 'created_at', ${TIME}, 'updated_at', ${TIME})`,
      N,
    ),
  );

  it.each([
    ["decided by SQL", {}],
    ["that only a scan decides", { filters: { field: "task_id", operator: "regex", value: "^task_\\d+$" } }],
  ])("is read to its end by cursor, with a filter %s", async (_, body) => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { json } = await list(`limit=1000&cursor=${cursor}`, body);
      seen.push(...ids(json));
      expect(json.total_count).toBe(N);
      cursor = json.pagination.next_cursor;
    }
    expect(seen).toHaveLength(N);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
  });

  it("says where the pages by number end, and goes on with the cursor", async () => {
    const last = (await list("offset=10000&limit=10&include_total=true")).json;
    expect(ids(last)[0]).toBe("task_00049");
    expect(last.pagination).toMatchObject({ total: N, total_pages: 1005, page: 1001, next_page: null });
    expect(last.pagination.previous_page).toBe("/v1/tasks/list?page=1000&page_size=10");
    const next = (await list(`limit=10&cursor=${last.pagination.next_cursor}`)).json;
    expect(ids(next)[0]).toBe("task_00039");
    expect(next.pagination).toMatchObject({ page: null, next_page: null, previous_page: null });

    const past = await list("offset=10001");
    expect([past.status, past.json.detail[0].loc]).toEqual([422, ["query", "offset"]]);
    const page = await list("page=1002&page_size=10");
    expect([page.status, page.json.detail[0].loc]).toEqual([422, ["query", "page"]]);
  });

  it("fills totals only where they are asked for", async () => {
    expect((await list("limit=1")).json.pagination).toMatchObject({ total: null, total_pages: null });
  });

  it("filters, sorts and searches tasks", async () => {
    const body = {
      status: "FAILED",
      filters: { AND: [{ field: "additional_data.n", operator: "lt", value: 6, case_sensitive: false }] },
      sort: { field: "additional_data.n", direction: "asc" },
    };
    expect(ids((await list("", body)).json)).toEqual(["task_00001", "task_00003", "task_00005"]);
    expect(ids((await list("", { search: "TASK_ 00042" })).json)).toEqual(["task_00042"]);
    const terms = Array.from({ length: 51 }, () => "a").join(" ");
    expect((await list("", { search: terms })).json.detail[0].loc).toEqual(["body", "search"]);
  });

  it("goes on after a row that was deleted meanwhile", async () => {
    for (const body of [{}, { filters: { field: "task_id", operator: "regex", value: "^task_0004" } }]) {
      const first = (await list("limit=1", { ...body, search: "task_0004" })).json;
      await env.DB.prepare("DELETE FROM tasks WHERE id = ?").bind(ids(first)[0]).run();
      const next = (await list(`limit=1&cursor=${first.pagination.next_cursor}`, { ...body, search: "task_0004" }))
        .json;
      expect(ids(next)).toHaveLength(1);
      expect(ids(next)[0]! < ids(first)[0]!).toBe(true);
    }
  });
});

describe("runs", () => {
  const N = 30;
  const list = (query: string, body: unknown = {}) =>
    ok("POST", `/v1/clusters/${cluster}/executions/list?${query}`, { namespace, body });
  const ids = (page: Json): string[] => page.results.map((doc: Json) => doc.run_id);

  // Each with 0.9 MB of labels, as a run with very many clusters has.
  beforeAll(() =>
    fill(
      "executions",
      {
        id: "printf('run_%02d', i)",
        namespace_id: `'${namespace}'`,
        cluster_id: `'${cluster}'`,
        task_id: "printf('task_%d', i)",
        status: "CASE WHEN i < 10 THEN 'failed' ELSE 'completed' END",
        search: "CASE WHEN i < 10 THEN 'out of memory' ELSE 'striped shoal' END",
        ...times,
      },
      `json_object('run_id', printf('run_%02d', i), 'cluster_id', '${cluster}', 'task_id', printf('task_%d', i),
        'namespace_id', '${namespace}', 'status', CASE WHEN i < 10 THEN 'failed' ELSE 'completed' END, 'num_clusters', i,
        'num_points', 100, 'noise_points', 0, 'metrics', CASE WHEN i < 10 THEN NULL ELSE json_object('silhouette_score',
        i / 100.0, 'davies_bouldin_index', NULL, 'calinski_harabasz_score', NULL) END, 'centroids', json_array(json_object(
        'cluster_id', 'cl_0', 'num_members', 100, 'label', hex(zeroblob(450000)), 'summary', NULL, 'keywords',
        NULL)), 'created_at', ${TIME}, 'started_at', NULL, 'completed_at', ${TIME}, 'canceled_at', NULL,
        'execution_time_ms', 10 * i, 'error_code', NULL, 'error_message', NULL, 'llm_labeling_errors', NULL, 'warnings',
        json_array())`,
      N,
    ),
  );

  it.each([
    ["SQL", {}],
    ["a scan", { filters: { field: "run_id", operator: "regex", value: "^run_" } }],
  ])("come in pages that an isolate can hold, by %s", async (_, body) => {
    const pages: string[][] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await list(`limit=1000&cursor=${cursor}`, body);
      expect(page.total_count).toBe(N);
      pages.push(ids(page));
      cursor = page.pagination.next_cursor;
    }
    expect(pages.map((page) => page.length)).toEqual([9, 9, 9, 3]);
    expect(pages.flat()).toEqual([...new Set(pages.flat())].sort().reverse());
  });

  it("are filtered, sorted and searched by what they show", async () => {
    const best = await list("limit=3&include_total=true", {
      filters: { status: "completed" },
      sort: { field: "metrics.silhouette_score", direction: "desc" },
    });
    expect(ids(best)).toEqual(["run_29", "run_28", "run_27"]);
    expect(best.pagination).toMatchObject({ total: 20, total_pages: 7 });
    expect(best.stats).toEqual({
      total_executions: 3,
      executions_by_status: { completed: 3 },
      avg_execution_time_ms: 280,
      total_documents_clustered: 300,
      avg_num_clusters: 28,
    });
    expect((await list("limit=2", { search: "Memory out" })).total_count).toBe(10);
    const few = await list("limit=2", { filters: { AND: [{ field: "num_clusters", operator: "lt", value: 2 }] } });
    expect(few.stats).toMatchObject({ executions_by_status: { failed: 2 }, total_documents_clustered: 0 });
  });
});

describe("collections, namespaces and clusters", () => {
  beforeAll(async () => {
    for (const name of ["Red fish", "red bird", "blue fish"]) {
      await ok("POST", "/v1/collections", {
        namespace,
        body: { ...collectionBody(name), metadata: { legs: name.length } },
      });
      await ok("POST", "/v1/clusters", {
        namespace,
        body: {
          cluster_name: name,
          collection_ids: [name],
          cluster_type: "attribute",
          attribute_config: { attributes: ["label"] },
        },
      });
    }
    await ok("POST", "/v1/collections/red%20bird/documents/import", {
      namespace,
      body: ndjson([{ payload: { a: 1 } }, { payload: { a: 2 } }]),
      headers: { "Content-Type": "application/x-ndjson" },
    });
  });

  it("count what is on the page", async () => {
    const page = await ok("POST", "/v1/collections/list", { namespace, body: { search: "red" } });
    expect(page.stats).toEqual({
      total_documents: 2,
      avg_documents_per_collection: 1,
      collections_with_taxonomies: 0,
      total_feature_extractors: 1,
      total_taxonomies: 0,
      total_retrievers: 0,
    });
    const spaces = await ok("POST", "/v1/namespaces/list", { body: { filters: { namespace_name: "lists" } } });
    expect(spaces.stats).toEqual({ total_namespaces: 1, total_collections: 4 });
    const { stats } = await ok("POST", "/v1/clusters/list", { namespace, body: {} });
    expect(stats).toMatchObject({ total_clusters: 4, total_documents: 0, clusters_by_status: { PENDING: 4 } });
  });

  it("compare with or without case, said beside the filter or in it", async () => {
    const names = async (body: unknown) => {
      const { results } = await ok("POST", "/v1/clusters/list", { namespace, body });
      return results.map((doc: Json) => doc.cluster_name).sort();
    };
    const red = { field: "cluster_name", operator: "starts_with", value: "red" };
    expect(await names({ filters: red, case_sensitive: false })).toEqual(["Red fish", "red bird"]);
    expect(await names({ filters: red, case_sensitive: true })).toEqual(["red bird"]);
    expect(await names({ filters: { AND: [{ ...red, case_sensitive: true }], case_sensitive: false } })).toEqual([
      "red bird",
    ]);
  });

  it("sort by a path that some lack", async () => {
    const { results } = await ok("POST", "/v1/collections/list", {
      namespace,
      body: {
        sort: { field: "metadata.legs", direction: "desc" },
        filters: { field: "metadata.legs", operator: "exists" },
      },
    });
    expect(results.map((doc: Json) => doc.metadata.legs)).toEqual([9, 8, 8]);
    const all = await ok("POST", "/v1/collections/list", { namespace, body: { sort: { "metadata.legs": 1 } } });
    expect(all.results[0].collection_name).toBe("points");
  });
});
