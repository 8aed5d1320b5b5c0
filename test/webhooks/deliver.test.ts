import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import {
  attemptDelivery,
  MAX_ATTEMPTS,
  RETRY_AFTER_S,
  type Sender,
  STOP_AFTER_FAILURES,
  STOP_AFTER_MS,
  stopReason,
} from "../../src/webhooks/deliver";
import { type EmailProvider, payloadOf } from "../../src/webhooks/message";
import type { Channel, DeliveredEvent, EmailConfig, HttpConfig, SlackConfig } from "../../src/webhooks/model";
import { escapeHtml, renderJson, renderText } from "../../src/webhooks/template";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  url: string;
}

const servers: Server[] = [];
const received: Received[] = [];
/** A receiver that keeps what it is sent; answers with 204 unless told otherwise. */
async function receiver(answer: RequestListener = (_, response) => response.writeHead(204).end()): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body, url: request.url ?? "" });
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}
afterEach(() => {
  received.length = 0;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const OLDER = `whsec_${Buffer.alloc(24, 8).toString("base64")}`;
const event: DeliveredEvent = {
  id: "evt_1completed",
  type: "cluster.execution.completed",
  namespaceId: "ns_1",
  occurredAt: "2026-11-21T13:20:40.122000Z",
  subject: { type: "cluster", id: "clust_1" },
  metadata: {
    cluster_id: "clust_1",
    run_id: "run_1",
    num_clusters: 10,
    num_points: 1797,
    name: 'a "quoted" <name>\n',
    artifacts: { members: "artifacts/ns_1/clust_1/run_1/members.parquet" },
  },
};

const sender = (email: EmailProvider | null = null, allowLocal = true): Sender => ({
  net: { allowLocal, fetch, resolver: null },
  now: () => Date.now(),
  email,
});
const http = (url: string, more: Partial<HttpConfig> = {}): Channel => ({
  channel: "webhook",
  configs: { url, headers: null, payload_template: null, timeout: 2, ...more },
});
const slack = (webhook_url: string, more: Partial<SlackConfig> = {}): Channel => ({
  channel: "slack",
  configs: {
    webhook_url,
    channel: null,
    username: null,
    icon_emoji: null,
    icon_url: null,
    blocks_template: null,
    ...more,
  },
});
const mail = (more: Partial<EmailConfig> = {}): Channel => ({
  channel: "email",
  configs: {
    to_addresses: ["a@example.com"],
    subject_template: null,
    body_template: null,
    content_type: "html",
    cc_addresses: null,
    bcc_addresses: null,
    ...more,
  },
});
const send = (channel: Channel, by = sender(), secrets = [SECRET]) =>
  attemptDelivery(by, channel, { event, deliveryId: "del_1", secrets });
const last = () => received.at(-1) as Received;
const verified = (secret: string) => new Webhook(secret).verify(last().body, last().headers as Record<string, string>);

describe("a delivery over HTTP", () => {
  it("carries the event, signed as Standard Webhooks says", async () => {
    const outcome = await send(http(await receiver(), { headers: { "X-Mine": "1" } }));
    expect(outcome).toMatchObject({ status: "succeeded", status_code: 204, error: null, response: null, final: false });
    expect(verified(SECRET)).toEqual({
      event_id: "evt_1completed",
      event_type: "cluster.execution.completed",
      occurred_at: event.occurredAt,
      namespace_id: "ns_1",
      subject: event.subject,
      metadata: event.metadata,
      cache_scope: { scope: "namespace", namespace_id: "ns_1" },
    });
    expect(last().headers).toMatchObject({ "webhook-id": event.id, "x-mine": "1", "content-type": "application/json" });
    expect(() => verified(OLDER)).toThrow("No matching signature");
    last().body += " ";
    expect(() => verified(SECRET)).toThrow("No matching signature");
  });

  it("verifies with either secret while one replaces the other", async () => {
    await send(http(await receiver()), sender(), [SECRET, OLDER]);
    expect(verified(SECRET)).toEqual(verified(OLDER));
  });

  it("lets no header of its owner's stand in for a signature", async () => {
    await send(http(await receiver(), { headers: { "webhook-id": "evt_forged" } }));
    expect(last().headers["webhook-id"]).toContain(event.id);
    expect(() => verified(SECRET)).not.toThrow();
  });

  it("fills its payload template with values that cannot break out of it", async () => {
    const payload_template = {
      text: "Run {{metadata.run_id}} of {{ subject.id }}: {{metadata.name}}{{metadata.none}}",
      clusters: "{{metadata.num_clusters}}",
      nested: [{ artifacts: "{{metadata.artifacts}}", none: "{{metadata.none}}", proto: "{{__proto__}}" }],
      "{{key}}": 1,
    };
    await send(http(await receiver(), { payload_template }));
    expect(verified(SECRET)).toEqual({
      text: 'Run run_1 of clust_1: a "quoted" <name>\n',
      clusters: 10,
      nested: [{ artifacts: event.metadata.artifacts, none: null, proto: null }],
      "{{key}}": 1,
    });
  });

  it("fails with the receiver's status and the beginning of its answer", async () => {
    const url = await receiver((_, response) => response.writeHead(500).end("y".repeat(5000)));
    const outcome = await send(http(url));
    expect(outcome).toMatchObject({ status: "failed", status_code: 500, final: false, gone: false });
    expect(outcome.response).toBe("y".repeat(1024));
    expect(outcome.error).toContain("500");
  });

  it("fails when the receiver hangs, after its timeout", async () => {
    const outcome = await send(http(await receiver(() => {}), { timeout: 0.2 }));
    expect(outcome).toMatchObject({ status: "failed", status_code: null, final: false });
    expect(outcome.error).toContain("did not answer in time");
    expect(outcome.duration_ms).toBeLessThan(2000);
  });

  it("fails when nobody listens", async () => {
    const outcome = await send(http("http://127.0.0.1:1/"));
    expect(outcome).toMatchObject({ status: "failed", status_code: null, final: false });
    expect(outcome.error).not.toBe("");
  });

  it("is over for good on 410", async () => {
    const outcome = await send(http(await receiver((_, response) => response.writeHead(410).end())));
    expect(outcome).toMatchObject({ status: "failed", status_code: 410, gone: true, final: true });
  });

  it("follows 307, and never into a private range", async () => {
    const target = await receiver();
    const redirecting = await receiver((_, response) => response.writeHead(307, { location: target }).end());
    expect(await send(http(redirecting))).toMatchObject({ status: "succeeded", status_code: 204 });
    expect(verified(SECRET)).toMatchObject({ event_id: event.id });

    const moved: Sender = {
      ...sender(null, false),
      net: {
        allowLocal: false,
        resolver: null,
        fetch: async () => new Response(null, { status: 307, headers: { location: "https://169.254.169.254/" } }),
      },
    };
    const outcome = await send(http("https://example.com/"), moved);
    expect(outcome).toMatchObject({ status: "failed", final: true });
    expect(outcome.error).toContain("169.254.169.254");
  });

  it("says that a 302 is not followed", async () => {
    const url = await receiver((_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
    const outcome = await send(http(url));
    expect(outcome).toMatchObject({ status: "failed", status_code: 302, final: false });
    expect(received).toHaveLength(1);
  });

  it("does not ask local addresses of a deployment", async () => {
    const outcome = await send(http(await receiver()), sender(null, false));
    expect(outcome).toMatchObject({ status: "failed", final: true });
    expect(received).toHaveLength(0);
  });
});

describe("Slack", () => {
  it("gets a line for people", async () => {
    await send(slack(await receiver(), { channel: "#runs", username: "Shoal" }));
    expect(JSON.parse(last().body)).toEqual({
      text: "Clustering clust_1 finished: 10 clusters of 1797 documents (run_1)",
      channel: "#runs",
      username: "Shoal",
    });
    expect(last().headers["webhook-signature"]).toBeUndefined();
  });

  it("gets blocks, with Slack's control characters escaped", async () => {
    const block = { type: "section", text: { type: "mrkdwn", text: "*{{metadata.name}}*" } };
    const url = await receiver();
    const filled = [{ type: "section", text: { type: "mrkdwn", text: '*a "quoted" &lt;name&gt;\n*' } }];
    for (const blocks_template of [[block], { blocks: [block] }, block]) {
      await send(slack(url, { blocks_template }));
      expect(JSON.parse(last().body).blocks).toEqual(filled);
    }
  });
});

describe("mail", () => {
  it("goes through the provider, with values escaped in HTML", async () => {
    const url = await receiver((_, response) => response.end('{"id":"49a3999c"}'));
    const provider = { url, key: "re_1", from: "Shoal <shoal@example.com>" };
    const templates = { subject_template: "{{metadata.name}} done", body_template: "<b>{{metadata.name}}</b>" };
    const outcome = await send(mail({ ...templates, cc_addresses: ["b@example.com"] }), sender(provider));
    expect(outcome).toMatchObject({ status: "succeeded", response: '{"id":"49a3999c"}' });
    expect(last().headers).toMatchObject({ authorization: "Bearer re_1", "idempotency-key": "del_1" });
    expect(JSON.parse(last().body)).toEqual({
      from: "Shoal <shoal@example.com>",
      to: ["a@example.com"],
      cc: ["b@example.com"],
      subject: 'a "quoted" <name> done',
      html: "<b>a &quot;quoted&quot; &lt;name&gt;\n</b>",
    });
  });

  it("is text where it is not HTML", async () => {
    const provider = { url: await receiver(), key: "k", from: "s@example.com" };
    await send(mail({ content_type: "json" }), sender(provider));
    expect(JSON.parse(JSON.parse(last().body).text)).toEqual(payloadOf(event));
    await send(mail({ content_type: "plain_text" }), sender(provider));
    expect(JSON.parse(last().body).text).toMatch(/^Clustering clust_1 finished/);
  });

  it("fails for good, with the reason, where no provider is configured", async () => {
    const outcome = await send(mail());
    expect(outcome).toMatchObject({ status: "failed", final: true });
    expect(outcome.error).toContain("EMAIL_API_URL");
  });
});

describe("templates", () => {
  it("leave alone what is no placeholder", () => {
    expect(renderText("{{ }} {x} {{a.b}} {{toString}}", { a: { b: 1 } })).toBe("{{ }} {x} 1 ");
    expect(renderJson({ a: [1, true, null, "{{x}}"] }, { x: false })).toEqual({ a: [1, true, null, false] });
    expect(escapeHtml(`<a href="x">'&'`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
  });
});

describe("failures", () => {
  it("are tried again for about a day", () => {
    const hours = RETRY_AFTER_S.reduce((sum, seconds) => sum + seconds, 0) / 3600;
    expect(hours).toBeGreaterThan(24);
    expect(hours).toBeLessThan(30);
    expect(MAX_ATTEMPTS).toBe(9);
    expect([...RETRY_AFTER_S].sort((a, b) => a - b)).toEqual(RETRY_AFTER_S);
  });

  it("stop a webhook that is gone, or that has failed for long and often", () => {
    const at = { failures: STOP_AFTER_FAILURES, failingSince: 1000, now: 1000 + STOP_AFTER_MS };
    expect(stopReason({ gone: true }, { failures: 1, failingSince: 5, now: 5 })).toContain("410");
    expect(stopReason({ gone: false }, at)).toContain("20 attempts in a row");
    expect(stopReason({ gone: false }, { ...at, failures: STOP_AFTER_FAILURES - 1 })).toBeNull();
    expect(stopReason({ gone: false }, { ...at, now: at.now - 1 })).toBeNull();
  });
});
