import { env, SELF } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { call, type Json, ndjson, ok, ROOT_KEY, world } from "../api/client";

let namespace: string;
let collection: string;

beforeAll(async () => {
  ({ namespace, collection } = await world("idempotency"));
});

const keyed = (key: string) => ({ "Idempotency-Key": key });
const create = (key: string, payload: unknown, headers: Record<string, string> = {}) =>
  call("POST", `/v1/collections/${collection}/documents`, {
    namespace,
    body: { payload },
    headers: { ...keyed(key), ...headers },
  });
const count = async () => (await ok("GET", `/v1/collections/${collection}`, { namespace })).document_count;

describe("Idempotency-Key", () => {
  it("gives the first answer again and runs the request once", async () => {
    const before = await count();
    const first = await create("a", { n: 1 });
    const second = await create("a", { n: 1 });
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect([second.status, second.json]).toEqual([200, first.json]);
    expect(await count()).toBe(before + 1);
  });

  it("refuses another body under the same key", async () => {
    await create("b", { n: 1 });
    const other = await create("b", { n: 2 });
    expect([other.status, other.json.error.code]).toEqual([409, "idempotency_key_reused"]);
  });

  it("is scoped by namespace and path", async () => {
    const other = await world("idempotency-2");
    const body = { payload: { n: 1 } };
    await create("c", { n: 1 });
    const elsewhere = await call("POST", `/v1/collections/${other.collection}/documents`, {
      namespace: other.namespace,
      body,
      headers: keyed("c"),
    });
    expect([elsewhere.status, elsewhere.headers.get("idempotency-replayed")]).toEqual([200, null]);
  });

  it("lets one of two concurrent requests run", async () => {
    const before = await count();
    const answers = await Promise.all([1, 2, 3].map(() => create("d", { n: 3 })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(200);
    for (const { status, json } of answers) {
      if (status !== 200) expect([status, json.error.code]).toEqual([409, "idempotency_in_progress"]);
    }
    expect(await count()).toBe(before + 1);
  });

  it("gives the key back after a refusal, and after a crash when its lock has run out", async () => {
    const body = { payload: { n: 1 }, vectors: { position: [1] } };
    const path = `/v1/collections/${collection}/documents`;
    const refused = await call("POST", path, { namespace, body, headers: keyed("e") });
    expect(refused.status).toBe(422);
    expect((await create("e", { n: 5 })).status).toBe(200);

    // What a crash leaves: a row without an answer.
    await env.DB.prepare("UPDATE idempotency SET status = NULL, locked_until = ?")
      .bind(Date.now() + 60_000)
      .run();
    expect((await create("e", { n: 5 })).json.error.code).toBe("idempotency_in_progress");
    await env.DB.prepare("UPDATE idempotency SET locked_until = ?")
      .bind(Date.now() - 1)
      .run();
    const again = await create("e", { n: 5 });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, null]);
  });

  it("forgets after 24 hours", async () => {
    const first = await create("f", { n: 1 });
    await env.DB.prepare("UPDATE idempotency SET expires_at = ?").bind(Date.now()).run();
    const later = await create("f", { n: 2 });
    expect(later.status).toBe(200);
    expect(later.json.document_id).not.toBe(first.json.document_id);
  });

  it("bounds the key's length", async () => {
    const long = await create("x".repeat(256), {});
    expect([long.status, long.json.detail[0].loc]).toEqual([422, ["header", "Idempotency-Key"]]);
  });
});

describe("a streamed import", () => {
  const rows = (from: number, n: number) =>
    ndjson(Array.from({ length: n }, (_, i) => ({ payload: { i: from + i }, vectors: { position: [i, 1] } })));
  const upload = (key: string, body: string) =>
    call("POST", `/v1/collections/${collection}/documents/import`, {
      namespace,
      body,
      headers: { ...keyed(key), "Content-Type": "application/x-ndjson" },
    });

  it("replays its summary and inserts once", async () => {
    const before = await count();
    const first = await upload("i1", rows(0, 50));
    const second = await upload("i1", rows(0, 50));
    expect([second.headers.get("idempotency-replayed"), second.json]).toEqual(["true", first.json]);
    expect(await count()).toBe(before + 50);
    const other = await upload("i1", rows(1, 50));
    expect([other.status, other.json.error.code]).toEqual([409, "idempotency_key_reused"]);
    expect(await count()).toBe(before + 50);
  });

  it("answers with what it committed when the attempt before crashed between commit and answer", async () => {
    const before = await count();
    const first = await upload("i2", rows(100, 10));
    await env.DB.prepare("UPDATE idempotency SET status = NULL, locked_until = 0 WHERE batch_id = ?")
      .bind(first.json.batch_id)
      .run();
    const again = await upload("i2", rows(100, 10));
    expect(again.json).toEqual(first.json);
    expect(await count()).toBe(before + 10);
  });

  it("gives the key back when the import is refused", async () => {
    const wrong = await call("POST", `/v1/collections/${collection}/documents/import`, {
      namespace,
      body: rows(0, 1),
      headers: { ...keyed("i3"), "Content-Type": "text/csv" },
    });
    expect(wrong.status).toBe(415);
    expect((await upload("i3", rows(200, 2))).status).toBe(200);
  });
});

describe("rate limit", () => {
  it("counts each key's requests and refuses past the limit", async () => {
    const { key } = await ok("POST", "/v1/keys", { body: { key_name: "busy", scopes: ["read"] } });
    const first = await call("GET", "/v1/namespaces", { key });
    const limit = Number(first.headers.get("x-ratelimit-limit"));
    expect([limit, first.headers.get("x-ratelimit-remaining")]).toEqual([6000, "5999"]);
    expect(first.headers.get("x-ratelimit-window")).toBe("60");
    const reset = Number(first.headers.get("x-ratelimit-reset"));
    expect(reset).toBeGreaterThan(Date.now() / 1000);

    const { key_id } = (await ok("GET", "/v1/keys?limit=100")).results.find((doc: Json) => doc.key_name === "busy");
    const limiter = env.LIMITS.getByName(key_id);
    for (let i = 0; i < limit; i += 500) await Promise.all(Array.from({ length: 500 }, () => limiter.hit()));
    const over = await call("GET", "/v1/namespaces", { key });
    expect([over.status, over.json.error.code]).toEqual([429, "rate_limited"]);
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await call("GET", "/v1/namespaces")).headers.get("x-ratelimit-limit")).toBeNull();
  });
});

describe("rate limit over HTTP alone", () => {
  it("lets a key send what it may, refuses the next, and leaves other keys alone", async () => {
    const { createApp } = await import("../../src/api/app");
    const app = createApp();
    const make = async (key_name: string) =>
      (await ok("POST", "/v1/keys", { body: { key_name, scopes: ["read"] } })).key as string;
    const [busy, calm] = [await make("busy-2"), await make("calm")];
    const get = (key: string) =>
      app.request(
        "/v1/namespaces",
        { headers: { Authorization: `Bearer ${key}` } },
        { ...env, RATE_LIMIT_PER_MINUTE: "3" },
      );
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await get(busy)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await get(busy);
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(((await refused.json()) as Json).error).toMatchObject({
      code: "rate_limited",
      type: "TooManyRequestsError",
      details: { limit: 3, window_seconds: 60, retry_after_seconds: wait },
    });
    expect((await get(calm)).status).toBe(200);
  });
});

describe("configuration", () => {
  it("refuses to serve a deployment without a root key of its own", async () => {
    const { createApp } = await import("../../src/api/app");
    const app = createApp();
    for (const [ENVIRONMENT, SHOAL_ROOT_KEY] of [
      ["production", undefined],
      ["production", ""],
      ["production", ROOT_KEY],
      ["staging", ROOT_KEY],
      [undefined, ROOT_KEY],
    ]) {
      const bindings = { ...env, ENVIRONMENT, SHOAL_ROOT_KEY };
      const refused = await app.request(
        "/v1/namespaces",
        { headers: { Authorization: `Bearer ${ROOT_KEY}` } },
        bindings,
      );
      const body = (await refused.json()) as Json;
      expect([refused.status, body.error.code]).toEqual([503, "not_configured"]);
      expect((await app.request("/health", {}, bindings)).status).toBe(200);
    }
    const own = { ...env, ENVIRONMENT: "production", SHOAL_ROOT_KEY: "sk_own" };
    const served = await app.request("/v1/namespaces", { headers: { Authorization: "Bearer sk_own" } }, own);
    expect([served.status, served.headers.get("x-ratelimit-limit")]).toEqual([200, "6000"]);
    const example = await app.request("/v1/namespaces", { headers: { Authorization: `Bearer ${ROOT_KEY}` } }, own);
    expect(example.status).toBe(401);
    expect((await SELF.fetch("https://shoal.test/health")).status).toBe(200);
  });
});
