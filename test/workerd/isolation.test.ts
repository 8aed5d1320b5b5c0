/** What every operation promises whatever it does: no key 401, too small a scope 403, another namespace's things 404. */
import { beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/api/routes";
import { call, collectionBody, type Json, ok, world } from "../api/client";

const secured = operations.filter((operation) => operation.access.scope !== null);
const name = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;
const fill = (path: string, values: Record<string, string> = {}) =>
  path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => encodeURIComponent(values[parameter] ?? "none"));

let mine: { namespace: string; collection: string };
let theirs: { namespace: string; collection: string };
const secrets: Record<string, string> = {};

beforeAll(async () => {
  mine = await world("mine");
  theirs = await world("theirs");
  for (const scope of ["read", "write", "admin"]) {
    const { key } = await ok("POST", "/v1/keys", {
      body: { key_name: scope, scopes: [scope], namespaces: [mine.namespace] },
    });
    secrets[scope] = key;
  }
});

describe("every operation", () => {
  it.each(secured)("$method $path needs a key", async (operation) => {
    const none = await call(operation.method.toUpperCase(), fill(operation.path), { key: null });
    expect([none.status, none.json.error.code]).toEqual([401, "missing_api_key"]);
    expect(none.headers.get("www-authenticate")).toBe("Bearer");
    const wrong = await call(operation.method.toUpperCase(), fill(operation.path), { key: "sk_live_wrong" });
    expect([wrong.status, wrong.json.error.code]).toEqual([401, "invalid_api_key"]);
  });

  const below: Record<string, string> = { write: "read", admin: "write" };
  it.each(secured.filter(({ access }) => access.scope !== "read"))(
    "$method $path needs its scope",
    async (operation) => {
      const key = secrets[below[operation.access.scope ?? ""] ?? ""];
      const refused = await call(operation.method.toUpperCase(), fill(operation.path), { key, namespace: "mine" });
      expect([refused.status, refused.json.error.code]).toEqual([403, "missing_scope"]);
    },
  );

  const namespaced = secured.filter(({ access }) => access.namespaced);
  it.each(namespaced)("$method $path asks for a namespace and hides others'", async (operation) => {
    const method = operation.method.toUpperCase();
    const missing = await call(method, fill(operation.path), { key: secrets.admin });
    expect([missing.status, missing.json.error.code]).toEqual([400, "namespace_required"]);
    for (const namespace of [theirs.namespace, "theirs", "unknown"]) {
      const hidden = await call(method, fill(operation.path), { key: secrets.admin, namespace });
      expect([hidden.status, hidden.json.error.code], name(operation)).toEqual([404, "namespace_not_found"]);
    }
  });
});

describe("another namespace's things", () => {
  /** Bodies with which an operation gets past its validation, to where it looks the resource up. */
  const bodies: Record<string, Json> = {
    update_document: { a: 1 },
    patch_document: { a: 1 },
    create_document: { payload: {} },
    batch_update_documents: { updates: [{ document_id: "d", update_data: { a: 1 } }] },
    bulk_update_documents: { update_data: { a: 1 } },
    batch_delete_documents: { document_ids: ["d"] },
    clone_collection: { collection_name: "copied" },
    apply_taxonomy_to_collection: { taxonomy_id: "tax_none" },
    patch_group: { label: "named" },
    create_cluster_template: { template_name: "kept" },
    aggregate_documents: { group_by: [{ field: "a" }], aggregations: [{ function: "count" }] },
  };

  it.each(operations.filter(({ path }) => path.includes("{collection_identifier}")))(
    "$method $path answers 404",
    async (operation) => {
      const path = fill(operation.path, { collection_identifier: theirs.collection });
      const headers = { "Content-Type": "application/x-ndjson" };
      const isImport = operation.id === "import_documents";
      const body = isImport ? "" : operation.method === "get" ? undefined : (bodies[operation.id] ?? {});
      const answer = await call(operation.method.toUpperCase(), path, {
        namespace: mine.namespace,
        body,
        headers: isImport ? headers : {},
      });
      expect([answer.status, answer.json.error.code]).toEqual([404, "collection_not_found"]);
    },
  );

  it.each(operations.filter(({ path }) => path.includes("{cluster_identifier}")))(
    "$method $path answers 404",
    async (operation) => {
      const { cluster_id } = await ok("POST", "/v1/clusters", {
        namespace: theirs.namespace,
        body: {
          collection_ids: [theirs.collection],
          cluster_type: "attribute",
          attribute_config: { attributes: ["label"] },
        },
      });
      const path = fill(operation.path, { cluster_identifier: cluster_id, run_id: "run_none" });
      const body = operation.method === "get" ? undefined : (bodies[operation.id] ?? {});
      const answer = await call(operation.method.toUpperCase(), path, { namespace: mine.namespace, body });
      expect([answer.status, answer.json.error.code]).toEqual([404, "cluster_not_found"]);
    },
  );

  it("keeps namespaces, keys and tasks of others from a limited key", async () => {
    const key = secrets.admin;
    expect((await call("GET", `/v1/namespaces/${theirs.namespace}`, { key })).status).toBe(404);
    expect((await call("DELETE", `/v1/namespaces/theirs`, { key })).status).toBe(404);
    const { results } = await ok("GET", "/v1/namespaces", { key });
    expect(results.map((doc: Json) => doc.namespace_id)).toEqual([mine.namespace]);
    const create = await call("POST", "/v1/namespaces", { key, body: { namespace_name: "third" } });
    expect([create.status, create.json.error.code]).toEqual([403, "missing_scope"]);

    const wide = await call("POST", "/v1/keys", {
      key,
      body: { key_name: "wide", scopes: ["read"], namespaces: [theirs.namespace] },
    });
    expect([wide.status, wide.json.error.code]).toEqual([404, "namespace_not_found"]);
    const inherits = await ok("POST", "/v1/keys", { key, body: { key_name: "narrow", scopes: ["read"] } });
    expect(inherits.namespaces).toEqual([mine.namespace]);

    const all = await ok("POST", "/v1/keys", { body: { key_name: "all", scopes: ["read"] } });
    expect((await call("DELETE", `/v1/keys/${all.key_id}`, { key })).json.error.code).toBe("key_not_found");
    const seen = await ok("GET", "/v1/keys?limit=100", { key });
    expect(seen.results.every((doc: Json) => doc.namespaces?.[0] === mine.namespace)).toBe(true);
  });

  it("lets the same name live in two namespaces", async () => {
    const body = collectionBody("twins");
    const a = await ok("POST", "/v1/collections", { namespace: "mine", body });
    const b = await ok("POST", "/v1/collections", { namespace: "theirs", body });
    expect(a.collection_id).not.toBe(b.collection_id);
    const found = await ok("GET", "/v1/collections/twins", { namespace: "theirs" });
    expect(found.collection_id).toBe(b.collection_id);
  });
});

describe("keys", () => {
  it("are shown once, stored as a digest, and end when revoked", async () => {
    const { key, key_id, ...created } = await ok("POST", "/v1/keys", { body: { key_name: "brief", scopes: ["read"] } });
    expect(created).toMatchObject({ scopes: ["read"], namespaces: null, revoked_at: null });
    expect(key.startsWith(created.prefix)).toBe(true);
    const listed = await ok("GET", "/v1/keys?limit=100");
    expect(JSON.stringify(listed)).not.toContain(key);
    expect((await call("GET", "/v1/namespaces", { key })).status).toBe(200);
    await ok("DELETE", `/v1/keys/${key_id}`);
    await ok("DELETE", `/v1/keys/${key_id}`);
    expect((await call("GET", "/v1/namespaces", { key })).json.error.code).toBe("invalid_api_key");
  });
});
