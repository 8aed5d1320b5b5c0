import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LlmProvider } from "../../src/domain/definition/llm-models";
import type { LlmError, Prompt } from "../../src/labeling/llm/contract";
import { downloadFile, type FileEnv, fileAddress, fileProblem } from "../../src/providers/files";
import { asker, type ModelServices } from "../../src/providers/models";
import { type LlmEnv, providerSettings, type WorkersAi } from "../../src/providers/settings";
import { LlmServer, reply, type Wire } from "../support/llm-server";

let server: LlmServer;
beforeAll(async () => {
  server = await LlmServer.start();
});
afterAll(() => server.close());
beforeEach(() => {
  server.received.length = 0;
  server.script = [];
});

const LOCAL: FileEnv = { ENVIRONMENT: "local" };
const PUBLIC: FileEnv = {
  ENVIRONMENT: "production",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret/key",
};
const services = (env: FileEnv = LOCAL): ModelServices => ({
  fetch,
  address: (media) => fileAddress(media, env),
  download: (url) => downloadFile(url, env, fetch),
});
const prompt = (text: string): Prompt => ({
  instructions: "Be brief.",
  messages: [{ role: "user", parts: [{ type: "text", text }] }],
});
const MODELS: Record<Wire, string> = {
  openai: "gpt-4o-mini-2024-07-18",
  google: "gemini-2.5-flash-lite",
  anthropic: "claude-haiku-4-5-20251001",
};
const WIRES = Object.keys(MODELS) as Wire[];
const ask = (wire: Wire, env: LlmEnv = server.env, call = {}) =>
  asker(providerSettings(env, wire)!, MODELS[wire], { providerOptions: {}, ...call }, services());
const failure = async (wire: Wire, env?: LlmEnv): Promise<LlmError> => {
  try {
    await ask(wire, env)(prompt("hello"), AbortSignal.timeout(5_000));
  } catch (error) {
    return error as LlmError;
  }
  throw new Error("it did not fail");
};

describe.each(WIRES)("a model behind the %s wire", (wire) => {
  it("is asked with the key, the model, the instructions and settings that repeat", async () => {
    server.script = [reply("yes")];
    const answer = await ask(wire)(prompt("hello"), AbortSignal.timeout(5_000));
    expect(answer).toEqual({ text: "yes", blocked: false, cut: false, inputTokens: 100, outputTokens: 20 });
    const [received] = server.received;
    expect(received).toMatchObject({ wire, model: MODELS[wire], system: "Be brief.", text: "hello", roles: ["user"] });
    expect(received!.key).toMatch(/^(sk|AIza)-/);
    const body = wire === "google" ? (received!.body.generationConfig as Record<string, unknown>) : received!.body;
    expect(body.temperature).toBe(0);
    if (wire !== "anthropic") expect(body.seed).toBe(0);
  });

  it("is passed the caller's settings", async () => {
    server.script = [reply("yes")];
    await ask(wire, server.env, { temperature: 0.7, maxOutputTokens: 123, topP: 0.5 })(
      prompt("x"),
      AbortSignal.timeout(5_000),
    );
    const { body } = server.received[0]!;
    const config = (wire === "google" ? body.generationConfig : body) as Record<string, unknown>;
    expect(config.temperature).toBe(0.7);
    expect(config.maxOutputTokens ?? config.max_tokens ?? config.max_completion_tokens).toBe(123);
  });

  it("says when a reply was refused or cut", async () => {
    server.script = [
      { kind: "reply", text: "", finish: "refusal" },
      { kind: "reply", text: "[{", finish: "length" },
    ];
    expect(await ask(wire)(prompt("a"), AbortSignal.timeout(5_000))).toMatchObject({ blocked: true });
    expect(await ask(wire)(prompt("b"), AbortSignal.timeout(5_000))).toMatchObject({ cut: true, text: "[{" });
  });

  it.each([
    [429, "rate_limited"],
    [500, "unavailable"],
    [529, "unavailable"],
    [400, "rejected"],
    [401, "unusable"],
    [404, "unusable"],
  ])("tells status %i as %s, once", async (status, kind) => {
    server.script = [{ kind: "status", status, headers: { "retry-after": "7" }, message: "no luck" }];
    const error = await failure(wire);
    expect(error).toMatchObject({ kind, retryAfterMs: 7_000 });
    expect(error.message).toContain(String(status));
    expect(server.received).toHaveLength(1);
  });

  it("keeps the key out of its errors", async () => {
    const key =
      server.env[wire === "openai" ? "OPENAI_API_KEY" : wire === "google" ? "GOOGLE_API_KEY" : "ANTHROPIC_API_KEY"];
    server.script = [{ kind: "status", status: 401, message: `Incorrect API key provided: ${key}. Bearer ${key}` }];
    const { message } = await failure(wire);
    expect(message).not.toContain(key);
    expect(message).not.toContain("0123456789");
  });

  it("takes a broken reply and a lost connection for a server that is not there", async () => {
    server.script = [{ kind: "garbage" }, { kind: "drop" }];
    expect(await failure(wire)).toMatchObject({ kind: "unavailable" });
    expect(await failure(wire)).toMatchObject({ kind: "unavailable" });
  });

  it("ends when the time is up", async () => {
    server.script = [{ kind: "hang" }];
    await expect(ask(wire)(prompt("slow"), AbortSignal.timeout(60))).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("is shown an image by its public address", async () => {
    server.script = [reply("seen")];
    const url = "https://images.shoal-test.org/cat.png";
    const shown: Prompt = {
      instructions: null,
      messages: [
        {
          role: "user",
          parts: [
            { type: "text", text: "look" },
            { type: "media", media: { kind: "image", url } },
          ],
        },
      ],
    };
    const download: ModelServices["download"] = async () => ({
      data: new Uint8Array([137, 80, 78, 71]),
      mediaType: "image/png",
    });
    const asking = asker(
      providerSettings(server.env, wire)!,
      MODELS[wire],
      { providerOptions: {} },
      { ...services(), download },
    );
    await asking(shown, AbortSignal.timeout(5_000));
    expect(server.received[0]!.files).toEqual([
      wire === "google" ? expect.stringMatching(/^(https:|data:image)/) : url,
    ]);
  });
});

describe("settings of providers", () => {
  it("need a key, or a server of one's own", () => {
    expect(providerSettings({}, "openai")).toBeNull();
    expect(providerSettings({ OPENAI_API_KEY: " " }, "openai")).toBeNull();
    expect(providerSettings({ OPENAI_BASE_URL: "http://127.0.0.1:9/v1/" }, "openai")).toMatchObject({
      apiKey: "none",
      baseUrl: "http://127.0.0.1:9/v1",
    });
    for (const name of ["GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"])
      expect(providerSettings({ [name]: "k" }, "google")).toMatchObject({ apiKey: "k", baseUrl: null });
    const none: LlmProvider = "workers_ai";
    expect(providerSettings({ OPENAI_API_KEY: "k" }, none)).toBeNull();
  });

  it("reach Workers AI through its binding", async () => {
    const calls: unknown[] = [];
    const ai: WorkersAi = {
      async run(model, inputs) {
        calls.push([model, inputs]);
        return {
          response: [{ cluster_id: "cl_0", label: "Ships" }],
          usage: { prompt_tokens: 5, completion_tokens: 2 },
        };
      },
    };
    const settings = providerSettings({ AI: ai }, "workers_ai")!;
    const answer = await asker(
      settings,
      "@cf/meta/llama-3.1-8b-instruct",
      { providerOptions: {} },
      services(),
    )(prompt("name"), AbortSignal.timeout(1_000));
    expect(answer).toMatchObject({ text: '[{"cluster_id":"cl_0","label":"Ships"}]', inputTokens: 5, outputTokens: 2 });
    expect(calls).toEqual([
      [
        "@cf/meta/llama-3.1-8b-instruct",
        expect.objectContaining({
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: "name" },
          ],
        }),
      ],
    ]);
  });
});

describe("files of samples", () => {
  const image = (url: string) => ({ kind: "image" as const, url });

  it("are signed where they lie in S3", async () => {
    const signed = await fileAddress(image("s3://photos/a b/1.jpg"), PUBLIC);
    expect(signed).toMatch(/^https:\/\/photos\.s3[^/]*\.amazonaws\.com\/a%20b\/1\.jpg\?/);
    expect(signed).toContain("X-Amz-Signature=");
    expect(signed).not.toContain("secret");
    expect(fileProblem(image("s3://photos/1.jpg"), PUBLIC)).toBeNull();
    expect(fileProblem(image("s3://photos/1.jpg"), { ...PUBLIC, AWS_BUCKETS: "films, photos" })).toBeNull();
    expect(fileProblem(image("s3://payroll/1.jpg"), { ...PUBLIC, AWS_BUCKETS: "films, photos" })).toMatch(/payroll/);
    expect(fileProblem(image("s3://photos/1.jpg"), LOCAL)).toMatch(/AWS_ACCESS_KEY_ID/);
  });

  it("have public https addresses, except on a local server", () => {
    expect(fileProblem(image("https://cdn.shoal-test.org/1.jpg"), PUBLIC)).toBeNull();
    for (const url of [
      "http://cdn.shoal-test.org/1.jpg",
      "https://10.0.0.8/x",
      "https://localhost/x",
      "https://[::1]/x",
      "ftp://a.b/c",
    ])
      expect(fileProblem(image(url), PUBLIC)).toMatch(/address/);
    expect(fileProblem(image("http://127.0.0.1:80/x.png"), LOCAL)).toBeNull();
  });

  it("are fetched within bounds, and never over a redirect into a private network", async () => {
    const answers: Record<string, Response> = {
      "https://a.shoal-test.org/ok": new Response("abc", { headers: { "content-type": "image/png; x=1" } }),
      "https://a.shoal-test.org/far": new Response(null, {
        status: 302,
        headers: { location: "https://a.shoal-test.org/ok2" },
      }),
      "https://a.shoal-test.org/ok2": new Response("far"),
      "https://a.shoal-test.org/in": new Response(null, {
        status: 302,
        headers: { location: "http://169.254.169.254/keys" },
      }),
      "https://a.shoal-test.org/gone": new Response("no", { status: 404 }),
      "https://a.shoal-test.org/huge": new Response(new Uint8Array(9 * 1024 * 1024)),
    };
    const asked: string[] = [];
    const fetcher = (async (url: string) => {
      asked.push(url);
      return answers[url]!;
    }) as unknown as typeof fetch;
    const get = (path: string) => downloadFile(new URL(`https://a.shoal-test.org/${path}`), PUBLIC, fetcher);
    expect(await get("ok")).toEqual({ data: new TextEncoder().encode("abc"), mediaType: "image/png" });
    expect(new TextDecoder().decode((await get("far")).data)).toBe("far");
    await expect(get("in")).rejects.toThrow(/could not be fetched: .*https/);
    await expect(get("gone")).rejects.toThrow(/404/);
    await expect(get("huge")).rejects.toThrow(/larger than/);
    expect(asked.some((url) => url.includes("169.254"))).toBe(false);
  });
});
