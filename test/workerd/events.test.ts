import { env, runDurableObjectAlarm } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect";
import { jobs } from "../../src/db/schema";
import type { ShoalEvent } from "../../src/events/contract";
import { collectionBody, ndjson, ok, send, world } from "../api/client";

const db = connect(env.DB);
let namespace: string;
let collection: string;

/** What was told in the namespace since the last look, oldest first. */
const looked = new Set<string>();
async function told() {
  const rows = await db.select().from(jobs).where(eq(jobs.namespaceId, namespace)).orderBy(jobs.createdAt);
  const events = rows.filter(({ kind }) => kind === "event").map(({ state }) => state.event as ShoalEvent);
  const fresh = events.filter(({ id }) => !looked.has(id));
  for (const { id } of fresh) looked.add(id);
  return fresh.map(({ type, subject, metadata }) => ({ type, subject, metadata }));
}

const at = (id: string) => `/v1/collections/${id}/documents`;
const written = (counts: Record<string, unknown>) => ({
  type: "collection.documents.written",
  subject: { type: "collection", id: collection },
  metadata: { collection_id: collection, batch_id: null, inserted: 0, updated: 0, deleted: 0, ...counts },
});

beforeAll(async () => {
  ({ namespace, collection } = await world("events"));
});

describe("events", () => {
  it("tell of a collection's life", async () => {
    await told();
    const { collection_id: id } = await ok("POST", "/v1/collections", { namespace, body: collectionBody("told") });
    await ok("PATCH", `/v1/collections/${id}`, { namespace, body: { description: "x" } });
    await ok("DELETE", `/v1/collections/${id}`, { namespace });
    const subject = { type: "collection", id };
    const metadata = { collection_id: id, collection_name: "told" };
    expect(await told()).toEqual([
      { type: "collection.created", subject, metadata },
      { type: "collection.updated", subject, metadata: { ...metadata, fields: ["description"] } },
      { type: "collection.deleted", subject, metadata },
    ]);
  });

  it("tell of a cluster's life", async () => {
    const body = {
      cluster_name: "told",
      collection_ids: [collection],
      vector_config: { feature_uris: ["mixpeek://passthrough@v1/position"], clustering_method: "kmeans" },
    };
    const { cluster_id: id } = await ok("POST", "/v1/clusters", { namespace, body });
    await ok("PATCH", `/v1/clusters/${id}`, { namespace, body: { description: "x" } });
    await ok("DELETE", `/v1/clusters/${id}`, { namespace });
    expect((await told()).map(({ type, subject }) => [type, subject.id])).toEqual([
      ["cluster.created", id],
      ["cluster.updated", id],
      ["cluster.deleted", id],
    ]);
  });

  it("tell of an import whose request ended between its commit and its word", async () => {
    await told();
    const store = env.COLLECTIONS.getByName(`${namespace}/${collection}`);
    await store.begin("batch_cut");
    const staged = { line: 1, documentId: "doc_cut", payload: "{}", segmentRow: -1, present: 0, zero: 0 };
    await store.stage("batch_cut", null, [staged]);
    await store.commit("batch_cut", { received: 1, errors: [], failed: 0, announced: true });
    await runDurableObjectAlarm(store);
    expect(await told()).toEqual([written({ batch_id: "batch_cut", inserted: 1 })]);
    await ok("DELETE", `${at(collection)}/doc_cut`, { namespace });
    await told();
  });

  it("tell of written documents, an import once under its batch", async () => {
    const rows = [1, 2, 3].map((i) => ({ document_id: `doc_${i}`, vectors: { position: [i, i] } }));
    const headers = { "Content-Type": "application/x-ndjson" };
    const response = await send("POST", `${at(collection)}/import`, { namespace, headers, body: ndjson(rows) });
    const { batch_id } = (await response.json()) as { batch_id: string };
    expect(await told()).toEqual([written({ batch_id, inserted: 3 })]);
    await send("POST", `${at(collection)}/import`, { namespace, headers, body: ndjson(rows.slice(0, 1)) });
    expect((await told()).map(({ metadata }) => metadata)).toMatchObject([{ inserted: 0, updated: 1 }]);

    await ok("POST", at(collection), { namespace, body: { document_id: "doc_4", vectors: { position: [4, 4] } } });
    expect((await told()).map(({ metadata }) => metadata)).toMatchObject([{ inserted: 1 }]);
    await ok("PATCH", `${at(collection)}/doc_1`, { namespace, body: { seen: true } });
    await ok("POST", `${at(collection)}/batch`, { namespace, body: { filters: {}, update_data: { seen: false } } });
    await ok("DELETE", `${at(collection)}/doc_1`, { namespace });
    await ok("DELETE", `${at(collection)}/batch`, { namespace, body: { document_ids: ["doc_2", "doc_none"] } });
    expect(await told()).toEqual([
      written({ updated: 1 }),
      written({ updated: 4 }),
      written({ deleted: 1 }),
      written({ deleted: 1 }),
    ]);
  });

  it("are silent about what changed nothing", async () => {
    await ok("DELETE", `${at(collection)}/batch`, { namespace, body: { document_ids: ["doc_none"] } });
    await send("DELETE", `${at(collection)}/doc_none`, { namespace });
    expect(await told()).toEqual([]);
  });

  it("go with their namespace", async () => {
    await ok("DELETE", `/v1/namespaces/${namespace}`);
    expect(await db.select().from(jobs).where(eq(jobs.namespaceId, namespace))).toEqual([]);
  });
});
