import { describe, expect, it } from "vitest";
import { curlLine } from "../../web/public/docs/curl.js";
import { exampleOf } from "../../web/public/docs/example.js";
import { groupOperations, matchesText } from "../../web/public/docs/operations.js";
import { inlineTokens, jsonTokens, paragraphs, shellTokens } from "../../web/public/docs/tokens.js";

const document = {
  tags: [{ name: "Clusters", description: "What to group." }, { name: "Empty" }],
  security: [{ bearer: [] }],
  paths: {
    "/v1/clusters/{cluster_identifier}": {
      parameters: [
        { name: "X-Namespace", in: "header", schema: { type: "string", example: "default" } },
        { name: "cluster_identifier", in: "path", required: true, description: "shared", schema: { type: "string" } },
      ],
      patch: {
        operationId: "patch_cluster",
        tags: ["Clusters"],
        summary: "Change a cluster",
        "x-scope": "write",
        parameters: [
          { name: "cluster_identifier", in: "path", required: true, description: "own", schema: { type: "string" } },
        ],
        requestBody: {
          required: true,
          content: { "application/json": { schema: { type: "object" }, example: { cluster_name: "it's mine" } } },
        },
        responses: { 200: { description: "It." }, 404: { description: "None." }, default: { description: "Else." } },
      },
    },
    "/health": { get: { operationId: "health", security: [], responses: { 200: { description: "Up." } } } },
  },
};
const groups = groupOperations(document);
const patch = groups[0]!.operations[0]!;
const health = groups[1]!.operations[0]!;

describe("groupOperations", () => {
  it("groups by tag in the document's order, without empty groups", () => {
    expect(groups.map(({ tag }) => tag)).toEqual(["Clusters", "Other"]);
  });

  it("lets an operation's parameter replace the path's, by place", () => {
    expect(patch.parameters.map(({ in: place, description }) => [place, description])).toEqual([
      ["path", "own"],
      ["header", undefined],
    ]);
  });

  it("says what key is needed", () => {
    expect(patch.scope).toBe("write");
    expect(health.scope).toBeNull();
  });

  it("tells failures from answers, the catch-all among them", () => {
    expect(patch.answers.map(({ status, failed }) => [status, failed])).toEqual([
      ["200", false],
      ["404", true],
      ["default", true],
    ]);
  });

  it("filters by every word, wherever it stands", () => {
    expect(matchesText(patch, "PATCH change")).toBe(true);
    expect(matchesText(patch, "patch health")).toBe(false);
    expect(matchesText(patch, "")).toBe(true);
  });
});

describe("curlLine", () => {
  it("makes a line that a shell reads as meant", () => {
    expect(curlLine(document, patch, "https://api.test")).toBe(
      [
        "curl -X PATCH 'https://api.test/v1/clusters/CLUSTER_IDENTIFIER'",
        '-H "Authorization: Bearer $SHOAL_KEY"',
        "-H 'X-Namespace: default'",
        "-H 'Content-Type: application/json'",
        `-d '{\n  "cluster_name": "it'\\''s mine"\n}'`,
      ].join(" \\\n  "),
    );
  });

  it("asks for no key where none is needed", () => {
    expect(curlLine(document, health, "https://api.test")).toBe("curl 'https://api.test/health'");
  });
});

describe("exampleOf", () => {
  const schema = {
    type: "object",
    required: ["id", "self"],
    properties: {
      id: { type: "string", example: "clust_1" },
      status: { enum: ["a", "b"] },
      size: { type: "integer", minimum: 2, default: 10 },
      self: { $ref: "#/components/schemas/Self" },
    },
  };
  const api = { components: { schemas: { Self: schema } } };

  it("shows what is required or has an example, and ends at recursion", () => {
    expect(exampleOf(api, { $ref: "#/components/schemas/Self" })).toEqual({ id: "clust_1" });
  });

  it("shows every property of an answer", () => {
    expect(exampleOf(api, { $ref: "#/components/schemas/Self" }, { optional: true })).toEqual({
      id: "clust_1",
      status: "a",
      size: 10,
    });
  });
});

describe("tokens", () => {
  const joined = (tokens: { text: string }[]) => tokens.map(({ text }) => text).join("");

  it("colour a text without changing it", () => {
    const json = JSON.stringify({ a: [1.5e-3, 'x: "y"', true, null], b: { c: -2 } }, null, 2);
    expect(joined(jsonTokens(json))).toBe(json);
    expect(jsonTokens('{"a": "b"}').map(({ kind }) => kind)).toEqual([
      "plain",
      "key",
      "plain",
      "plain",
      "string",
      "plain",
    ]);
    const line = curlLine(document, patch, "https://api.test");
    expect(joined(shellTokens(line))).toBe(line);
  });

  it("read code, strong words and links, and only addresses that are safe to follow", () => {
    expect(inlineTokens("Use `a` or **b**, see [c](https://c.test).").map(({ kind }) => kind)).toEqual([
      "plain",
      "code",
      "plain",
      "strong",
      "plain",
      "link",
      "plain",
    ]);
    expect(inlineTokens("[x](javascript:alert(1))").every(({ kind }) => kind === "plain")).toBe(true);
  });

  it("separate paragraphs from lists", () => {
    expect(paragraphs("One\nline.\n\n- a\n- b")).toEqual([
      { kind: "paragraph", text: "One line." },
      { kind: "list", items: ["a", "b"] },
    ]);
  });
});
