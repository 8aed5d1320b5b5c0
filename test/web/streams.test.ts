import { describe, expect, it } from "vitest";
import { ApiError, createApi } from "../../web/public/explorer/api.js";
import { streamMembers } from "../../web/public/explorer/members.js";
import { lineSplitter } from "../../web/public/explorer/ndjson.js";
import { Points } from "../../web/public/explorer/points.js";
import { runEvents } from "../../web/public/explorer/run-events.js";
import { eventParser } from "../../web/public/explorer/sse.js";

/** Every way to cut a text into two chunks, and into single characters. */
function* cuts(text: string): Generator<string[]> {
  for (let at = 0; at <= text.length; at++) yield [text.slice(0, at), text.slice(at)];
  yield [...text];
}

describe("lineSplitter", () => {
  it("gives the same lines however the stream is cut", () => {
    for (const chunks of cuts('{"a":1}\n\r\n{"b":"é"}\r\n{"c":3}')) {
      const splitter = lineSplitter();
      const lines = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
      expect(lines).toEqual(['{"a":1}', '{"b":"é"}', '{"c":3}']);
    }
  });
});

describe("eventParser", () => {
  const stream =
    '\uFEFF: hello\nid: 1\nevent: progress\ndata: {"a":\ndata: 1}\n\r\nretry: 5\n\ndata:x\r\rid: 3\ndata: lost';

  it("gives the same events however the stream is cut, and drops one without an end", () => {
    for (const chunks of cuts(stream)) {
      const parser = eventParser();
      expect(chunks.flatMap((chunk) => parser.push(chunk))).toEqual([
        { id: "1", event: "progress", data: '{"a":\n1}' },
        { id: "1", event: "message", data: "x" },
      ]);
    }
  });
});

type Send = (path: string, init: RequestInit) => Promise<Response>;
const api = (send: Send) => createApi({ key: "sk_test", namespace: "demo" }, send as typeof fetch);
const event = (seq: number, type: string) => `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ seq, type })}\n\n`;

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

describe("createApi", () => {
  it("sends key and namespace, and throws the API's own words", async () => {
    let headers: Record<string, string> = {};
    const refused = api(async (_path, init) => {
      headers = init.headers as Record<string, string>;
      const body = {
        error: { message: "limit: must be at most 1000", code: "validation_failed" },
        detail: [{ loc: ["a"], msg: "b" }],
      };
      return Response.json(body, { status: 422, headers: { "X-Request-Id": "req_1" } });
    });
    const error = await refused.get("/v1/x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      message: "limit: must be at most 1000",
      code: "validation_failed",
      status: 422,
      requestId: "req_1",
      issues: [{ loc: ["a"], msg: "b" }],
    });
    expect(headers).toMatchObject({ Authorization: "Bearer sk_test", "X-Namespace": "demo" });
  });

  it("says so when the answer is no JSON", async () => {
    const broken = api(async () => new Response("<html>", { status: 502 }));
    await expect(broken.get("/v1/x")).rejects.toThrow("The server answered 502.");
  });
});

describe("runEvents", () => {
  const run = "/v1/clusters/c/executions/r";
  const noWait = async () => {};

  it("resumes after the last event seen and gives each once", async () => {
    const asked: (string | undefined)[] = [];
    const cut = api(async (path, init) => {
      if (!path.endsWith("/events")) return Response.json({ status: "processing" });
      const after = (init.headers as Record<string, string>)["Last-Event-ID"];
      asked.push(after);
      return new Response(after ? event(3, "completed") : `${event(1, "planned")}${event(2, "progress")}id: 3\nda`);
    });
    const events = await collect(runEvents(cut, run, undefined, noWait));
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, "2"]);
  });

  it("ends when the run has ended though its last event was lost", async () => {
    const lost = api(async (path) =>
      path.endsWith("/events") ? new Response(event(1, "progress")) : Response.json({ status: "failed" }),
    );
    expect(await collect(runEvents(lost, run, undefined, noWait))).toHaveLength(1);
  });

  it("passes the API's refusal on", async () => {
    const refused = api(async () => Response.json({ error: { message: "No such run." } }, { status: 404 }));
    await expect(collect(runEvents(refused, run, undefined, noWait))).rejects.toThrow("No such run.");
  });
});

describe("streamMembers", () => {
  it("asks for one table of members and adds its rows", async () => {
    let sent: RequestInit = {};
    const rows = [
      { document_id: "doc_1", cluster_id: "cl_0", x: 1, y: 2 },
      { document_id: "doc_2", cluster_id: "-1", x: null, y: null },
    ];
    const answering = api(async (_path, init) => {
      sent = init;
      return new Response(rows.map((row) => JSON.stringify(row)).join("\n"));
    });
    const points = new Points();
    await streamMembers(answering, "/v1/clusters/c/executions/r", points, () => {});
    expect(points).toMatchObject({ count: 1, unplaced: 1, documents: ["doc_1"] });
    expect(sent.headers).toMatchObject({ Accept: "application/x-ndjson" });
    expect(JSON.parse(sent.body as string)).toMatchObject({ include_members: true, include_centroids: false });
  });
});
