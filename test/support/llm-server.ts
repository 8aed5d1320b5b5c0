/** A server that speaks the wire formats of three model providers, and misbehaves as a test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Wire = "openai" | "google" | "anthropic";

/** A request, in words that are the same for all wires. */
export interface Received {
  wire: Wire;
  model: string;
  key: string | null;
  system: string;
  /** Every text of the messages, one after the other. */
  text: string;
  /** Roles of the messages, in order. */
  roles: string[];
  /** Addresses, or `data:` and a media type, of the files. */
  files: string[];
  body: Record<string, unknown>;
}

export type Behaviour =
  | { kind: "reply"; text: string; finish?: "stop" | "length" | "refusal" }
  | { kind: "status"; status: number; headers?: Record<string, string>; message?: string }
  /** Never answers. */
  | { kind: "hang" }
  /** Closes the connection. */
  | { kind: "drop" }
  /** 200 with a body that is no JSON. */
  | { kind: "garbage" };

const INPUT_TOKENS = 100;
const OUTPUT_TOKENS = 20;

export class LlmServer {
  readonly received: Received[] = [];
  /** Taken one a request, before `respond` is asked. */
  script: Behaviour[] = [];
  respond: (request: Received) => Behaviour = (request) => reply(namesOf(request));
  /** Most requests that were open at one time. */
  widest = 0;
  /** Milliseconds before an answer. */
  delayMs = 0;
  #open = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<LlmServer> {
    const http = createServer();
    const server = new LlmServer(http);
    http.on("request", (request, response) => void server.#serve(request, response));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** What a provider's base URL is set to. */
  url(wire: Wire): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${wire}/${wire === "google" ? "v1beta" : "v1"}`;
  }

  /** The variables that point every provider here. */
  get env() {
    return {
      OPENAI_API_KEY: "sk-test-openai-0123456789",
      OPENAI_BASE_URL: this.url("openai"),
      GOOGLE_API_KEY: "AIza-test-google-0123456789",
      GOOGLE_BASE_URL: this.url("google"),
      ANTHROPIC_API_KEY: "sk-ant-test-0123456789",
      ANTHROPIC_BASE_URL: this.url("anthropic"),
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open += 1;
    this.widest = Math.max(this.widest, this.#open);
    response.on("close", () => {
      this.#open -= 1;
    });
    let text = "";
    for await (const chunk of request) text += chunk;
    const wire = request.url?.split("/")[1] as Wire;
    const received = READ[wire](request, JSON.parse(text) as Record<string, unknown>);
    this.received.push(received);
    const behaviour = this.script.shift() ?? this.respond(received);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    answer(received, behaviour, response);
  }
}

export const reply = (value: unknown): Behaviour => ({
  kind: "reply",
  text: typeof value === "string" ? value : JSON.stringify(value),
});

/** The clusters that a prompt asks for, with the words that it gives of each. */
export function clustersIn({ text }: Received): { id: string; words: string[] }[] {
  return [...text.matchAll(/<cluster id="(cl_\w+)" documents="\d+" words="([^"]*)">/g)].map(
    ([, id = "", words = ""]) => ({
      id,
      words: words.split(", "),
    }),
  );
}

/** What a good model might say: a label from each cluster's own words. */
export const namesOf = (request: Received) =>
  clustersIn(request).map(({ id, words }) => ({
    cluster_id: id,
    label: `All about ${words[0]}`,
    summary: `Documents on ${words[0]}.`,
    keywords: words.slice(0, 3),
  }));

type Json = Record<string, unknown>;
type PartJson = { type?: string; text?: string } & Json;

const parts = (content: unknown): PartJson[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : ((content ?? []) as PartJson[]);

const READ: Record<Wire, (request: IncomingMessage, body: Json) => Received> = {
  openai(request, body) {
    const messages = body.messages as { role: string; content: unknown }[];
    const said = messages.filter(({ role }) => role !== "system" && role !== "developer");
    const all = said.flatMap(({ content }) => parts(content));
    return {
      wire: "openai",
      model: String(body.model),
      key: request.headers.authorization?.replace("Bearer ", "") ?? null,
      system: messages
        .filter((one) => !said.includes(one))
        .flatMap(({ content }) => parts(content).map(({ text }) => text))
        .join("\n"),
      text: all.flatMap(({ text }) => text ?? []).join("\n"),
      roles: said.map(({ role }) => role),
      files: all.flatMap((part) => {
        const url = (part.image_url as { url: string } | undefined)?.url;
        return url ? [url.startsWith("data:") ? url.split(";")[0]! : url] : part.input_audio ? ["data:audio"] : [];
      }),
      body,
    };
  },
  google(request, body) {
    const contents = body.contents as { role: string; parts: PartJson[] }[];
    const all = contents.flatMap((one) => one.parts);
    const system = (body.systemInstruction as { parts: PartJson[] } | undefined)?.parts ?? [];
    return {
      wire: "google",
      model: /models\/([^:]+):/.exec(request.url ?? "")?.[1] ?? "",
      key: (request.headers["x-goog-api-key"] as string | undefined) ?? null,
      system: system.map(({ text }) => text).join("\n"),
      text: all.flatMap(({ text }) => text ?? []).join("\n"),
      roles: contents.map(({ role }) => role),
      files: all.flatMap((part) => {
        const file = part.fileData as { fileUri: string } | undefined;
        const inline = part.inlineData as { mimeType: string } | undefined;
        return file ? [file.fileUri] : inline ? [`data:${inline.mimeType}`] : [];
      }),
      body,
    };
  },
  anthropic(request, body) {
    const messages = body.messages as { role: string; content: unknown }[];
    const all = messages.flatMap(({ content }) => parts(content));
    return {
      wire: "anthropic",
      model: String(body.model),
      key: (request.headers["x-api-key"] as string | undefined) ?? null,
      system: parts(body.system)
        .map(({ text }) => text)
        .join("\n"),
      text: all.flatMap(({ text }) => text ?? []).join("\n"),
      roles: messages.map(({ role }) => role),
      files: all.flatMap((part) => {
        const source = part.source as { url?: string; media_type?: string } | undefined;
        return source ? [source.url ?? `data:${source.media_type}`] : [];
      }),
      body,
    };
  },
};

function answer({ wire, model }: Received, behaviour: Behaviour, response: ServerResponse): void {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
  switch (behaviour.kind) {
    case "hang":
      return;
    case "drop":
      response.destroy();
      return;
    case "garbage":
      response.writeHead(200, { "content-type": "application/json" });
      response.end("<html>a proxy's page</html>");
      return;
    case "status":
      json(
        behaviour.status,
        errorBody(wire, behaviour.status, behaviour.message ?? "it did not work"),
        behaviour.headers,
      );
      return;
    case "reply":
      json(200, replyBody(wire, model, behaviour.text, behaviour.finish ?? "stop"));
      return;
    default:
      behaviour satisfies never;
  }
}

const errorBody = (wire: Wire, status: number, message: string): unknown =>
  wire === "openai"
    ? { error: { message, type: "error", param: null, code: null } }
    : wire === "google"
      ? { error: { code: status, message, status: "ERROR" } }
      : { type: "error", error: { type: "error", message } };

function replyBody(wire: Wire, model: string, text: string, finish: "stop" | "length" | "refusal"): unknown {
  switch (wire) {
    case "openai": {
      const reason = { stop: "stop", length: "length", refusal: "content_filter" }[finish];
      return {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model,
        choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: reason }],
        usage: {
          prompt_tokens: INPUT_TOKENS,
          completion_tokens: OUTPUT_TOKENS,
          total_tokens: INPUT_TOKENS + OUTPUT_TOKENS,
        },
      };
    }
    case "google":
      return {
        candidates: [
          {
            content: { role: "model", parts: [{ text }] },
            finishReason: { stop: "STOP", length: "MAX_TOKENS", refusal: "SAFETY" }[finish],
            index: 0,
          },
        ],
        usageMetadata: {
          promptTokenCount: INPUT_TOKENS,
          candidatesTokenCount: OUTPUT_TOKENS,
          totalTokenCount: INPUT_TOKENS + OUTPUT_TOKENS,
        },
        modelVersion: model,
      };
    case "anthropic":
      return {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model,
        content: [{ type: "text", text }],
        stop_reason: { stop: "end_turn", length: "max_tokens", refusal: "refusal" }[finish],
        stop_sequence: null,
        usage: { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS },
      };
    default:
      return wire satisfies never;
  }
}
