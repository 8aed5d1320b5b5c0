import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askForTree } from "../../src/taxonomies/from-model";
import { modelPrompt, readTree, textOf } from "../../src/taxonomies/model-prompt";

const tree = {
  nodes: [
    { id: "animals", label: "Animals", parent: null },
    { id: "fish", label: "Fish", parent: "animals", documents: [0, 2], keywords: ["cod"] },
    { id: "tools", label: "Tools", parent: "none", documents: [1, 2, 9] },
  ],
};

/** Speaks OpenAI's chat completions; answers in turn what it is told to. */
let server: Server;
let baseUrl = "";
const asked: string[] = [];
const answers: { status: number; body: unknown }[] = [];
const completion = (content: string) => ({
  id: "1",
  object: "chat.completion",
  created: 0,
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(Buffer.concat(chunks).toString());
    const { status, body } = answers.shift()!;
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => server.close());

const config = { llm_provider: "openai_chat_v1", llm_model: null, llm_prompt_template: null };

describe("a taxonomy by a language model", () => {
  it("asks the configured server and reads its tree", async () => {
    answers.push({ status: 200, body: completion(`Here it is: ${JSON.stringify(tree)}`) });
    const nodes = await askForTree({ OPENAI_BASE_URL: baseUrl }, config, ["a cod", "a saw", "an eel"]);
    expect(nodes.map(({ label, parent, documents }) => [label, parent, documents])).toEqual([
      ["Animals", null, []],
      ["Fish", "animals", [0, 2]],
      ["Tools", null, [1]],
    ]);
    expect(asked[0]).toContain("a saw");
  });

  it("is asked again after a reply that is no tree or that never came, and not after a refusal", async () => {
    const ask = () => askForTree({ OPENAI_BASE_URL: baseUrl }, config, ["a cod"]);
    answers.push({ status: 200, body: completion("I would rather not.") });
    await expect(ask()).rejects.toThrow("no taxonomy in the form");
    answers.push({ status: 429, body: { error: { message: "slow down" } } });
    await expect(ask()).rejects.not.toHaveProperty("code", "validation_failed");
    answers.push({ status: 401, body: { error: { message: "who are you" } } });
    await expect(ask()).rejects.toMatchObject({ code: "validation_failed" });
  });

  it("says what is missing where no provider is configured", async () => {
    await expect(askForTree({}, config, ["a"])).rejects.toThrow("OPENAI_API_KEY");
    await expect(askForTree({}, { ...config, llm_provider: "acme" }, ["a"])).rejects.toThrow('"acme" is no provider');
  });

  it("shows what a person would read, and the user's own words around it", () => {
    const payload = {
      title: "A shoal of fish",
      id: "doc_0123456789abcdef",
      url: "https://x.test/a",
      cluster_label: "no",
    };
    expect(textOf(payload)).toBe("A shoal of fish");
    const [message] = modelPrompt(["<b>one</b>"], "Sort: {{documents}} Thanks.").messages;
    const text = JSON.stringify(message);
    expect(text).toContain("Sort: ");
    expect(text).not.toContain("<b>");
  });

  it("cuts circles and drops what is not there", () => {
    const circle = {
      nodes: [
        { id: "a", label: "A", parent: "b" },
        { id: "b", label: "B", parent: "a", documents: [0, 0, -1] },
      ],
    };
    const nodes = readTree(JSON.stringify(circle), 1);
    expect(nodes.some(({ parent }) => parent === null)).toBe(true);
    expect(nodes[1]!.documents).toEqual([0]);
  });
});
