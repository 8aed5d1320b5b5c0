import { env } from "cloudflare:test";
import { eq, sql } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "../../src/db/connect";
import { housekeeping } from "../../src/db/housekeeping";
import { jobs, webhookDeliveries, webhooks } from "../../src/db/schema";
import { timestamp } from "../../src/db/time";
import { sweepJobs } from "../../src/jobs/consumer";
import { runJob } from "../../src/jobs/run";
import type { Channel } from "../../src/webhooks/model";
import { sealChannels } from "../../src/webhooks/sealed";
import { call, collectionBody, type Json, ok, send } from "../api/client";

const PATH = "/v1/organizations/webhooks";
const db = connect(env.DB);
const OPEN = { timeout: 20_000 };

interface Request {
  url: string;
  headers: Headers;
  body: string;
}
let requests: Request[] = [];
let answer: (request: Request) => Response = () => new Response("thanks");
beforeEach(() => {
  requests = [];
  answer = () => new Response("thanks");
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const request = { url: String(url), headers: new Headers(init.headers), body: String(init.body) };
    requests.push(request);
    return answer(request);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

let namespace: string;
beforeAll(async () => {
  namespace = (await ok("POST", "/v1/namespaces", { body: { namespace_name: "webhooks" } })).namespace_id;
});

const hook = (more: object = {}) => ({
  webhook_name: "hook",
  event_types: ["collection.created"],
  channels: [{ channel: "webhook", configs: { url: "https://example.com/hook" } }],
  ...more,
});
const create = (more: object = {}, options = {}): Promise<Json> => ok("POST", PATH, { body: hook(more), ...options });
const remove = (id: string) => send("DELETE", `${PATH}/${id}`);
const log = async (id: string): Promise<Json[]> => (await ok("GET", `${PATH}/${id}/deliveries`)).results;
const settled = (id: string, status: string) =>
  expect.poll(async () => (await log(id)).map((one) => one.status), OPEN).toEqual([status]);
let made = 0;
const happen = (inside = namespace) =>
  ok("POST", "/v1/collections", { namespace: inside, body: collectionBody(`told ${made++}`) });

describe("webhooks", () => {
  it("are created with a secret that is shown once", async () => {
    const made = await call("POST", PATH, { body: hook() });
    expect(made.status).toBe(201);
    const { secret, ...rest } = made.json;
    expect(secret).toMatch(/^whsec_[\w+/]{32}$/);
    expect(rest).toMatchObject({
      webhook_id: expect.stringMatching(/^wh_[0-9a-f]{16}$/),
      is_active: true,
      namespaces: null,
      secret_hint: `whsec_…${secret.slice(-4)}`,
      channels: [{ channel: "webhook", configs: { url: "https://example.com/hook", timeout: 10, headers: null } }],
    });
    const shown = await ok("GET", `${PATH}/${rest.webhook_id}`);
    expect(shown).toEqual(rest);
    expect(JSON.stringify(await ok("POST", `${PATH}/list`))).not.toContain(secret);
    await remove(rest.webhook_id);
  });

  it("are created at the published path too, which ends with a slash", async () => {
    const response = await send("POST", `${PATH}/`, { body: hook() });
    expect(response.status).toBe(201);
    await remove(((await response.json()) as Json).webhook_id);
  });

  it("are listed by event and state, replaced and deleted", async () => {
    const first = await create({ webhook_name: "first" });
    const second = await create({ webhook_name: "second", event_types: ["cluster.created"], is_active: false });
    const list = async (body: object) => {
      const { results, total } = await ok("POST", `${PATH}/list`, { body });
      expect(total).toBe(results.length);
      return results.map((one: Json) => one.webhook_name);
    };
    expect(await list({})).toEqual(["second", "first"]);
    expect(await list({ event_type: "cluster.created" })).toEqual(["second"]);
    expect(await list({ is_active: true })).toEqual(["first"]);
    expect(await list({ search: "FIRST" })).toEqual(["first"]);
    const body = hook({ webhook_name: "renamed", event_types: ["cluster.created", "cluster.created"] });
    const replaced = await ok("PUT", `${PATH}/${first.webhook_id}`, { body });
    expect(replaced).toMatchObject({ webhook_name: "renamed", event_types: ["cluster.created"] });
    expect(replaced).toMatchObject({ webhook_id: first.webhook_id, secret_hint: first.secret_hint });
    const deleted = await remove(first.webhook_id);
    expect([deleted.status, await deleted.text()]).toEqual([204, ""]);
    expect((await call("GET", `${PATH}/${first.webhook_id}`)).json.error.code).toBe("webhook_not_found");
    expect((await remove(first.webhook_id)).status).toBe(404);
    await remove(second.webhook_id);
  });

  it("are refused with every reason", async () => {
    const { status, json } = await call("POST", PATH, {
      body: {
        webhook_name: "",
        event_types: ["cluster.completed"],
        channels: [{ channel: "webhook", configs: { url: "x", headers: { "Webhook-Id": "1" }, timeout: 99 } }],
      },
    });
    expect(status).toBe(422);
    expect(json.detail.map((issue: Json) => issue.loc.join("."))).toEqual([
      "body.webhook_name",
      "body.event_types.0",
      "body.channels.0.configs.headers",
      "body.channels.0.configs.timeout",
    ]);
    const channels = [
      { channel: "webhook", configs: { url: "ftp://example.com/" } },
      { channel: "slack", configs: { webhook_url: "nowhere" } },
    ];
    const urls = await call("POST", PATH, { body: hook({ channels }) });
    expect(urls.json.detail.map((issue: Json) => issue.loc.join("."))).toEqual([
      "body.channels.0.configs.url",
      "body.channels.1.configs.webhook_url",
    ]);
  });

  it("warn of mail that cannot be sent, and say so in the log", async () => {
    const channels = [{ channel: "email", configs: { to_addresses: ["a@example.com"] } }];
    const { webhook_id: id, warnings } = await create({ channels });
    expect(warnings).toMatchObject([{ loc: ["body", "channels", 0, "configs"], msg: expect.stringContaining("mail") }]);
    await happen();
    await settled(id, "failed");
    const [delivery] = await log(id);
    expect(delivery.attempts).toMatchObject([{ error: expect.stringContaining("EMAIL_API_URL") }]);
    await remove(id);
  });
});

describe("deliveries", () => {
  it("go from the event to a signed request and the log", async () => {
    const { webhook_id: id, secret } = await create();
    const { collection_id } = await happen();
    await settled(id, "succeeded");
    expect(requests).toHaveLength(1);
    const [{ url, headers, body }] = requests as [Request];
    expect(url).toBe("https://example.com/hook");
    expect(new Webhook(secret).verify(body, Object.fromEntries(headers))).toMatchObject({
      event_type: "collection.created",
      namespace_id: namespace,
      subject: { type: "collection", id: collection_id },
    });
    const [delivery] = await log(id);
    expect(delivery).toMatchObject({
      webhook_id: id,
      event_type: "collection.created",
      channel: "webhook",
      next_attempt_at: null,
      attempts: [{ attempt: 1, status: "succeeded", status_code: 200, error: null, response: "thanks" }],
    });
    await runJob(env, delivery.delivery_id);
    expect(requests).toHaveLength(1);
    await remove(id);
    expect(await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.webhookId, id))).toEqual([]);
  });

  it("that fail are tried again, until they work", async () => {
    const { webhook_id: id } = await create();
    answer = () => new Response("broken", { status: 500 });
    await happen();
    await expect.poll(async () => (await log(id))[0]?.attempts.length, OPEN).toBe(1);
    const [failed] = await log(id);
    expect(failed).toMatchObject({ status: "pending", attempts: [{ status_code: 500, response: "broken" }] });
    const pause = Date.parse(failed.next_attempt_at) - Date.parse(failed.attempts[0].at);
    expect(pause).toBe(5000);
    expect(await ok("GET", `${PATH}/${id}`)).toMatchObject({ consecutive_failures: 1, is_active: true });
    answer = () => new Response(null, { status: 204 });
    await db.update(jobs).set({ dueAt: Date.now() }).where(eq(jobs.id, failed.delivery_id));
    await sweepJobs(env, Date.now());
    await settled(id, "succeeded");
    expect((await log(id))[0].attempts).toHaveLength(2);
    expect(await ok("GET", `${PATH}/${id}`)).toMatchObject({ consecutive_failures: 0 });
    await remove(id);
  });

  it("are given up after nine attempts", async () => {
    const { webhook_id: id } = await create();
    answer = () => new Response(null, { status: 503 });
    await happen();
    await expect
      .poll(async () => {
        await db.update(jobs).set({ dueAt: Date.now() }).where(eq(jobs.kind, "webhook_delivery"));
        await sweepJobs(env, Date.now());
        return (await log(id))[0]?.status;
      }, OPEN)
      .toBe("failed");
    const [delivery] = await log(id);
    expect(delivery.attempts.map((one: Json) => one.attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await ok("GET", `${PATH}/${id}`)).toMatchObject({ is_active: true, consecutive_failures: 9 });
    await remove(id);
  });

  it("stop a webhook whose receiver is gone, until it is put right", async () => {
    const { webhook_id: id } = await create();
    answer = () => new Response(null, { status: 410 });
    await happen();
    await settled(id, "failed");
    const stopped = await ok("GET", `${PATH}/${id}`);
    expect(stopped).toMatchObject({ is_active: false, disabled_reason: expect.stringContaining("410") });
    await happen();
    expect(await log(id)).toHaveLength(1);
    const again = await ok("PUT", `${PATH}/${id}`, { body: hook() });
    expect(again).toMatchObject({ is_active: true, disabled_reason: null, disabled_at: null, consecutive_failures: 0 });
    await remove(id);
  });

  it("stop a webhook that failed for days", async () => {
    const { webhook_id: id } = await create();
    answer = () => new Response(null, { status: 500 });
    const longAgo = Date.now() - 6 * 24 * 3_600_000;
    await db.update(webhooks).set({ failures: 19, failingSince: longAgo }).where(eq(webhooks.id, id));
    await happen();
    await settled(id, "failed");
    const { is_active, disabled_reason } = await ok("GET", `${PATH}/${id}`);
    expect([is_active, disabled_reason]).toEqual([false, expect.stringContaining("20 attempts in a row failed since")]);
    await remove(id);
  });

  it("are canceled where the webhook was switched off meanwhile", async () => {
    const { webhook_id: id } = await create();
    answer = () => new Response(null, { status: 500 });
    await happen();
    await expect.poll(async () => (await log(id))[0]?.attempts.length, OPEN).toBe(1);
    await ok("PUT", `${PATH}/${id}`, { body: hook({ is_active: false }) });
    await db.update(jobs).set({ dueAt: Date.now() }).where(eq(jobs.kind, "webhook_delivery"));
    await sweepJobs(env, Date.now());
    await settled(id, "canceled");
    expect(requests).toHaveLength(1);
    await remove(id);
  });

  it("can be made again, under the same event id", async () => {
    const { webhook_id: id, secret } = await create();
    await happen();
    await settled(id, "succeeded");
    const [first] = await log(id);
    const replayed = await call("POST", `${PATH}/${id}/deliveries/${first.delivery_id}/replay`);
    expect([replayed.status, replayed.json.replay_of]).toEqual([202, first.delivery_id]);
    await expect.poll(async () => (await log(id)).map((one) => one.status), OPEN).toEqual(["succeeded", "succeeded"]);
    const ids = requests.map(({ headers, body }) => {
      new Webhook(secret).verify(body, Object.fromEntries(headers));
      return headers.get("webhook-id");
    });
    expect(new Set(ids)).toEqual(new Set([first.event_id]));
    expect((await call("POST", `${PATH}/${id}/deliveries/del_none/replay`)).json.error.code).toBe("delivery_not_found");
    const found = await ok("GET", `${PATH}/${id}/deliveries?status=succeeded&event_type=collection.created&limit=1`);
    expect([found.results.length, found.total]).toEqual([1, 2]);
    expect((await ok("GET", `${PATH}/${id}/deliveries?status=failed`)).total).toBe(0);
    await remove(id);
  });

  it("of a test go to every channel, active or not", async () => {
    const slack = { channel: "slack", configs: { webhook_url: "https://hooks.slack.com/services/T/B/x" } };
    const { webhook_id: id } = await create({ is_active: false, channels: [...hook().channels, slack] });
    const { json } = await call("POST", `${PATH}/${id}/test`);
    expect(json.deliveries.map((one: Json) => one.channel)).toEqual(["webhook", "slack"]);
    await expect.poll(() => requests.length, OPEN).toBe(2);
    const bodies = requests.map(({ url, body }) => [new URL(url).host, JSON.parse(body)]);
    expect(Object.fromEntries(bodies)).toMatchObject({
      "example.com": { event_type: "webhook.ping", event_id: json.event_id, cache_scope: { scope: "organization" } },
      "hooks.slack.com": { text: expect.stringContaining("webhook.ping") },
    });
    await remove(id);
  });

  it("carry two signatures for a day after the secret changed", async () => {
    const { webhook_id: id, secret: older } = await create();
    const { json } = await call("POST", `${PATH}/${id}/rotate-secret`);
    expect(json.secret).not.toBe(older);
    await happen();
    await settled(id, "succeeded");
    const [{ headers, body }] = requests as [Request];
    for (const secret of [older, json.secret]) new Webhook(secret).verify(body, Object.fromEntries(headers));
    const secrets = { current: json.secret, previous: older, previousUntil: Date.now() - 1 };
    await db.update(webhooks).set({ secrets }).where(eq(webhooks.id, id));
    await happen();
    await expect.poll(() => requests.length, OPEN).toBe(2);
    const second = requests[1] as Request;
    expect(() => new Webhook(older).verify(second.body, Object.fromEntries(second.headers))).toThrow();
    await remove(id);
  });

  it("lie sealed in the database: settings of channels, and what signs", async () => {
    const configs = { url: "https://example.com/hook/of-mine", headers: { Authorization: "Bearer of-theirs" } };
    const { webhook_id: id, secret } = await create({ channels: [{ channel: "webhook", configs }] });
    await call("POST", `${PATH}/${id}/rotate-secret`);
    const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id));
    const stored = JSON.stringify(row);
    for (const plain of [secret, "of-mine", "of-theirs"]) expect(stored).not.toContain(plain);
    for (const shown of [await ok("GET", `${PATH}/${id}`), (await ok("POST", `${PATH}/list`)).results[0]])
      expect(shown.channels).toMatchObject([{ channel: "webhook", configs }]);
    await happen();
    await settled(id, "succeeded");
    expect(requests[0]?.headers.get("Authorization")).toBe("Bearer of-theirs");
    await remove(id);
  });

  it("that were sealed under a key that is gone say so, try again, and can be written anew", async () => {
    const { webhook_id: id } = await create();
    const channels = await sealChannels({ SECRETS_KEY: "gone" }, id, hook().channels as Channel[]);
    await db
      .update(webhooks)
      .set({ doc: sql`json_set(${webhooks.doc}, '$.channels', json(${JSON.stringify(channels)}))` })
      .where(eq(webhooks.id, id));
    const shown = await call("GET", `${PATH}/${id}`);
    expect([shown.status, shown.json.error.code]).toEqual([503, "not_configured"]);
    expect(shown.json.error.message).toContain(id);
    await happen();
    await expect.poll(async () => (await log(id))[0]?.attempts.length, OPEN).toBe(1);
    expect((await log(id))[0]).toMatchObject({
      status: "pending",
      attempts: [{ status: "failed", error: expect.stringContaining("SECRETS_KEY_PREVIOUS") }],
    });
    expect(requests).toEqual([]);
    await ok("PUT", `${PATH}/${id}`, { body: hook() });
    expect((await ok("GET", `${PATH}/${id}`)).channels).toMatchObject(hook().channels);
    await remove(id);
  });

  it("are forgotten after 30 days", async () => {
    const { webhook_id: id } = await create();
    await happen();
    await settled(id, "succeeded");
    await housekeeping(env.DB, new Date());
    expect(await log(id)).toHaveLength(1);
    const createdAt = timestamp(Date.now() - 31 * 24 * 3_600_000);
    await db.update(webhookDeliveries).set({ createdAt }).where(eq(webhookDeliveries.webhookId, id));
    await housekeeping(env.DB, new Date());
    expect(await log(id)).toEqual([]);
    await remove(id);
  });
});

describe("a key that is limited to namespaces", () => {
  it("makes webhooks that hear of those only, and sees no others", async () => {
    const other = (await ok("POST", "/v1/namespaces", { body: { namespace_name: "elsewhere" } })).namespace_id;
    const made = await ok("POST", "/v1/keys", { body: { key_name: "k", scopes: ["admin"], namespaces: [other] } });
    const { webhook_id: all } = await create();
    const { webhook_id: own, namespaces } = await create({}, { key: made.key });
    expect(namespaces).toEqual([other]);
    expect((await ok("POST", `${PATH}/list`, { key: made.key })).results.map((one: Json) => one.webhook_id)).toEqual([
      own,
    ]);
    expect((await call("GET", `${PATH}/${all}`, { key: made.key })).status).toBe(404);
    await happen(namespace);
    await happen(other);
    await expect.poll(async () => (await log(all)).map((one) => one.status), OPEN).toEqual(["succeeded", "succeeded"]);
    expect((await log(own)).map((one) => one.namespace_id)).toEqual([other]);
    await ok("DELETE", `/v1/namespaces/${other}`);
    expect((await ok("GET", `${PATH}/${own}`)).namespaces).toEqual([]);
    expect((await log(all)).map((one) => one.namespace_id)).toEqual([namespace]);
    await Promise.all([remove(all), remove(own)]);
  });

  it("that may only write may not manage them", async () => {
    const made = await ok("POST", "/v1/keys", { body: { key_name: "w", scopes: ["write"] } });
    expect((await call("POST", PATH, { key: made.key, body: hook() })).status).toBe(403);
  });
});
