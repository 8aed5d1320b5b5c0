import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EmbeddingSettings } from "../../src/domain/text/feature";
import { LEXICAL, textEmbedder } from "../../src/providers/embedder";
import { modelEmbedder } from "../../src/providers/embeddings";

interface Request {
  path: string;
  authorization: string | undefined;
  body: { model: string; input: string[]; dimensions?: number };
}

/** A server that speaks /v1/embeddings: the vector of a text is [its length, 1, 2]. `answers` replaces the next answers. */
class EmbeddingServer {
  readonly requests: Request[] = [];
  answers: ((request: Request, response: ServerResponse) => void)[] = [];
  #server!: Server;

  get url() {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }
  async start() {
    this.#server = createServer(async (request, response) => this.#answer(request, response)).listen(0, "127.0.0.1");
    await new Promise((resolve) => this.#server.once("listening", resolve));
  }
  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
  async #answer(incoming: IncomingMessage, response: ServerResponse) {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const request = { path: incoming.url!, authorization: incoming.headers.authorization, body: JSON.parse(text) };
    this.requests.push(request);
    (this.answers.shift() ?? EmbeddingServer.good)(request, response);
  }
  static good(this: void, { body }: Request, response: ServerResponse) {
    const data = body.input.map((text, index) => ({ object: "embedding", index, embedding: [text.length, 1, 2] }));
    EmbeddingServer.json(200, {
      object: "list",
      data,
      model: body.model,
      usage: { prompt_tokens: 1, total_tokens: 1 },
    })({ path: "", authorization: "", body }, response);
  }
  static json = (status: number, body: unknown) => (_: Request, response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

const server = new EmbeddingServer();
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  server.answers = [];
});

const settings = (more: Partial<EmbeddingSettings> = {}): EmbeddingSettings => ({
  provider: "openai_compatible",
  model: "small",
  dimensions: 3,
  baseUrl: server.url,
  ...more,
});
const LOCAL = { ENVIRONMENT: "local", EMBEDDINGS_API_KEY: "key" };
const embedder = (more?: Partial<EmbeddingSettings>, env = LOCAL) =>
  modelEmbedder(env, settings(more), { backoffMs: 1 });
const error = (status: number) =>
  EmbeddingServer.json(status, { error: { message: "slow down", type: "x", code: null } });

describe("an OpenAI-compatible endpoint", () => {
  it("is called in batches, its vectors in the order of the texts", async () => {
    const texts = Array.from({ length: 500 }, (_, i) => "x".repeat(i + 1));
    const vectors = await embedder().embed(texts);
    expect(vectors.map((vector) => [...vector])).toEqual(texts.map((text) => [text.length, 1, 2]));
    expect(server.requests.length).toBe(Math.ceil(500 / 96));
    expect(server.requests[0]).toMatchObject({ path: "/v1/embeddings", authorization: "Bearer key" });
    expect(server.requests.every(({ body }) => body.model === "small" && !("dimensions" in body))).toBe(true);
    expect(await embedder().embed([])).toEqual([]);
  });

  it("is told the dimensions by the models that take them", async () => {
    await embedder({ model: "text-embedding-3-small" }).embed(["a"]);
    expect(server.requests[0]!.body.dimensions).toBe(3);
  });

  it.each([[429], [500], [503], [408]])("is asked again after %i", async (status) => {
    server.answers = [error(status), error(status)];
    expect([...(await embedder().embed(["abc"]))[0]!]).toEqual([3, 1, 2]);
    expect(server.requests.length).toBe(3);
  });

  it("is asked again when the connection breaks", async () => {
    server.answers = [(_, response) => response.destroy()];
    expect([...(await embedder().embed(["abc"]))[0]!]).toEqual([3, 1, 2]);
  });

  it("fails for good after four attempts, with its words", async () => {
    server.answers = Array(4).fill(error(500));
    await expect(embedder().embed(["abc"])).rejects.toMatchObject({
      code: "provider_failed",
      status: 503,
      message: expect.stringMatching(/small failed \(4 attempts\): it answered 500: slow down/),
      details: { provider: "openai_compatible/small", status: 500 },
    });
    expect(server.requests.length).toBe(4);
  });

  it.each<[string, (request: Request, response: ServerResponse) => void, RegExp]>([
    ["a refused key", error(401), /answered 401: slow down/],
    ["a redirect", (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), /answered 302/],
    ["malformed JSON", (_, response) => response.writeHead(200).end('{"data": [{'), /failed/],
    ["another shape", EmbeddingServer.json(200, { vectors: [] }), /failed/],
    [
      "too few vectors",
      EmbeddingServer.json(200, { data: [{ embedding: [1, 2, 3] }] }),
      /xpected 2 embeddings, but received 1/,
    ],
    [
      "wrong dimensions",
      EmbeddingServer.json(200, { data: [{ embedding: [1, 2, 3] }, { embedding: [1, 2] }] }),
      /vector 1 has 2 dimensions, not 3/,
    ],
    [
      "an overflow",
      EmbeddingServer.json(200, { data: [{ embedding: [1, 2, 3] }, { embedding: [1, 1e39, 2] }] }),
      /vector 1 holds/,
    ],
  ])("is not asked again after %s", async (_, answer, message) => {
    server.answers = [answer];
    await expect(embedder().embed(["a", "b"])).rejects.toMatchObject({ code: "provider_failed" });
    server.answers = [answer];
    await expect(embedder().embed(["a", "b"])).rejects.toThrow(message);
    expect(server.requests.length).toBe(2);
  });

  it("must be public unless local, and gets no key that is not its own", async () => {
    const deployed = { ENVIRONMENT: "production", EMBEDDINGS_API_KEY: "key" };
    expect(() => embedder({}, deployed)).toThrow(/must begin with https/);
    const seen: (string | null)[] = [];
    const spy = async (input: RequestInfo | URL, init?: RequestInit) => {
      seen.push(`${input} ${new Headers(init?.headers).get("authorization")}`);
      return Response.json({ data: [{ embedding: [1, 2, 3] }] });
    };
    const call = (env: Parameters<typeof modelEmbedder>[0], baseUrl: string | null) =>
      modelEmbedder(env, settings({ baseUrl }), { fetch: spy }).embed(["a"]);
    await call(deployed, "https://elsewhere.example.com/v1/");
    await call(deployed, null);
    await call({ ...deployed, EMBEDDINGS_BASE_URL: "https://own.example.com/v1" }, null);
    expect(seen).toEqual([
      "https://elsewhere.example.com/v1/embeddings Bearer none",
      "https://api.openai.com/v1/embeddings Bearer key",
      "https://own.example.com/v1/embeddings Bearer key",
    ]);
    await expect(async () => call({ ENVIRONMENT: "production" }, null)).rejects.toMatchObject({
      code: "not_configured",
    });
  });
});

describe("Workers AI", () => {
  it("is called through its binding", async () => {
    const AI = {
      run: async (_: string, { text }: { text: string[] }) => ({ data: text.map((t) => [t.length, 0, 0]) }),
    };
    const made = modelEmbedder(
      { ENVIRONMENT: "production", AI },
      settings({ provider: "workers_ai", model: "@cf/baai/bge" }),
    );
    expect((await made.embed(["ab"]))[0]).toEqual(Float32Array.of(2, 0, 0));
    const broken = { run: async () => ({ data: null }) };
    await expect(
      modelEmbedder({ ENVIRONMENT: "production", AI: broken }, settings({ provider: "workers_ai" })).embed(["ab"]),
    ).rejects.toMatchObject({ code: "provider_failed" });
  });

  it("is refused where the binding is not there", () => {
    expect(() => embedder({ provider: "workers_ai" })).toThrow(/binding AI/);
  });
});

describe("the deployment's embedder", () => {
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

  it("compares by words without a model", async () => {
    expect(textEmbedder({ ENVIRONMENT: "local" })).toBe(LEXICAL);
    const [cats, cat, ships, none] = await LEXICAL.embed(["Cat faces", "cat face", "Boats and ships", ""]);
    expect(cosine(cats!, cats!)).toBeCloseTo(1, 5);
    expect(cosine(cats!, cat!)).toBeGreaterThan(0.5);
    expect(cosine(cats!, ships!)).toBeLessThan(0.1);
    expect(cosine(none!, none!)).toBe(0);
  });

  it("asks the configured model and gives unit vectors", async () => {
    const env = { ...LOCAL, EMBEDDINGS_MODEL: "small", EMBEDDINGS_BASE_URL: server.url };
    const made = textEmbedder(env);
    expect(made.name).toBe("openai_compatible/small");
    const [vector] = await made.embed(["ab"]);
    expect([...vector!].map((value) => value * 3)).toEqual([2, 1, 2].map((value) => expect.closeTo(value, 5)));
    expect(() => textEmbedder({ ...env, EMBEDDINGS_PROVIDER: "mystery" })).toThrow(/mystery/);
  });
});
