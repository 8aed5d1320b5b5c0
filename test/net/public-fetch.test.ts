import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Outbound, publicFetch } from "../../src/net/public-fetch";

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const local: Outbound = { allowLocal: true, fetch, resolver: null };
const limits = { timeoutMs: 2000, maxBytes: 1000 };
/** Public names whose requests are answered here. */
const strict = (answers: Record<string, () => Response>, resolver: string | null = null): Outbound => ({
  allowLocal: false,
  resolver,
  fetch: async (input) => (answers[String(input)] ?? (() => new Response("?", { status: 599 })))(),
});
const to = (location: string, status = 302) => new Response(null, { status, headers: { location } });

describe("requests to addresses of users'", () => {
  it("answer status, headers and body", async () => {
    const url = await serve((_, response) => response.writeHead(201, { "x-seen": "yes" }).end("hello"));
    const answer = await publicFetch(local, url, limits);
    expect([answer.status, answer.headers.get("x-seen"), new TextDecoder().decode(answer.body)]).toEqual([
      201,
      "yes",
      "hello",
    ]);
  });

  it("read no more of an answer than they may", async () => {
    const url = await serve((_, response) => {
      const more = () => response.write("x".repeat(4000), more);
      more();
    });
    const answer = await publicFetch(local, url, limits);
    expect([answer.body.length, answer.cut]).toEqual([1000, true]);
  });

  it("end when nobody answers", async () => {
    const url = await serve(() => {});
    await expect(publicFetch(local, url, { ...limits, timeoutMs: 100 })).rejects.toThrow(/timeout/i);
  });

  it("end when the answer does not", async () => {
    const url = await serve((_, response) => response.write("begins"));
    await expect(publicFetch(local, url, { ...limits, timeoutMs: 200 })).rejects.toThrow(/timeout/i);
  });

  it("follow redirects, three at most", async () => {
    const url = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
      else response.end("there");
    });
    expect((await publicFetch(local, `${url}/3`, limits)).url).toBe(`${url}/0`);
    await expect(publicFetch(local, `${url}/4`, limits)).rejects.toThrow("more than 3 times");
  });

  it("repeat a body for 307 only, and answer other redirects as they came", async () => {
    const seen: string[] = [];
    const url = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push(`${request.method} ${request.url} ${body}`);
      if (request.url === "/temporary") response.writeHead(307, { location: "/end" }).end();
      else if (request.url === "/other") response.writeHead(303, { location: "/end" }).end();
      else response.end();
    });
    const post = { ...limits, method: "POST" as const, body: "b" };
    expect((await publicFetch(local, `${url}/temporary`, post)).status).toBe(200);
    expect((await publicFetch(local, `${url}/other`, post)).status).toBe(303);
    expect(seen).toEqual(["POST /temporary b", "POST /end b", "POST /other b"]);
  });

  it("leave their own headers behind when the origin changes", async () => {
    const seen: string[][] = [];
    const second = await serve((request, response) => {
      seen.push(Object.keys(request.headers).filter((name) => /^(x-|webhook-|authorization)/.test(name)));
      response.end();
    });
    const first = await serve((_, response) => response.writeHead(307, { location: second }).end());
    const headers = { authorization: "secret", "x-mine": "1", "webhook-id": "evt_1" };
    await publicFetch(local, first, { ...limits, headers });
    expect(seen).toEqual([["webhook-id"]]);
  });

  it("never follow a redirect into a private range", async () => {
    for (const target of ["https://169.254.169.254/", "http://example.com/", "https://[::1]/"]) {
      const net = strict({ "https://example.com/": () => to(target) });
      await expect(publicFetch(net, "https://example.com/", limits)).rejects.toMatchObject({
        code: "validation_failed",
      });
    }
  });

  it("resolve names first where there is a resolver", async () => {
    const dns = (data: string, type: number) => () => Response.json({ Answer: [{ type, data }] });
    const none = () => Response.json({ Status: 0 });
    const asked = (a: () => Response, aaaa: () => Response) =>
      publicFetch(
        strict(
          {
            "https://dns.test/q?name=rebind.example.com&type=A": a,
            "https://dns.test/q?name=rebind.example.com&type=AAAA": aaaa,
            "https://rebind.example.com/": () => new Response("ok"),
          },
          "https://dns.test/q",
        ),
        "https://rebind.example.com/",
        limits,
      );
    expect((await asked(dns("93.184.215.14", 1), none)).status).toBe(200);
    await expect(asked(dns("10.0.0.7", 1), none)).rejects.toMatchObject({ code: "validation_failed" });
    await expect(asked(dns("93.184.215.14", 1), dns("::1", 28))).rejects.toMatchObject({ code: "validation_failed" });
    await expect(asked(none, none)).rejects.toThrow("without an address");
  });
});
