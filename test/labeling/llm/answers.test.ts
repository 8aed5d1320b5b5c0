import { describe, expect, it } from "vitest";
import { readReply } from "../../../src/labeling/llm/answers";
import { unsupported, violations } from "../../../src/labeling/llm/json-schema";
import { readShape } from "../../../src/labeling/llm/shape";

const PLAIN = { summary: true, keywords: true, shape: null };
const read = (text: string, ids = ["cl_0", "cl_1"], settings: Parameters<typeof readReply>[2] = PLAIN, told = {}) => {
  const found = readReply({ text, blocked: false, cut: false, ...told }, ids, settings);
  if (found.kind === "refused") return { refused: found.error };
  return { answers: Object.fromEntries(found.answers), wrong: found.wrong };
};
const GOOD = [
  { cluster_id: "cl_0", label: "Tea", summary: "On tea.", keywords: ["leaf", "cup"] },
  { cluster_id: "cl_1", label: "Ships", summary: "On ships.", keywords: ["hull"] },
];
const TEA = { label: "Tea", summary: "On tea.", keywords: ["leaf", "cup"], extra: null };

describe("replies", () => {
  it.each([
    ["a list", JSON.stringify(GOOD)],
    ["a fence", `Here you are:\n\`\`\`json\n${JSON.stringify(GOOD, null, 2)}\n\`\`\`\nAnything else?`],
    ["words around", `Sure! ${JSON.stringify(GOOD)} Hope that helps.`],
    ["a list under a name", JSON.stringify({ clusters: GOOD })],
    ["an object by id", JSON.stringify({ cl_0: GOOD[0], cl_1: GOOD[1] })],
    [
      "ids of other spellings",
      JSON.stringify(GOOD.map((one, i) => ({ ...one, cluster_id: i === 0 ? 0 : "Cluster 1" }))),
    ],
  ])("are read from %s", (_, text) => {
    expect(read(text)).toEqual({
      answers: { cl_0: TEA, cl_1: { label: "Ships", summary: "On ships.", keywords: ["hull"], extra: null } },
      wrong: [],
    });
  });

  it("of one cluster need no id", () => {
    for (const text of ['{"label":"Tea"}', '[{"label":"Tea"}]', '{"cl_0":"Tea"}'])
      expect(read(text, ["cl_0"])).toMatchObject({ answers: { cl_0: { label: "Tea" } }, wrong: [] });
  });

  it("lose only the clusters that are wrong", () => {
    const { answers, wrong } = read(
      JSON.stringify([GOOD[0], { cluster_id: "cl_1", label: " " }, { cluster_id: "cl_9", label: "X" }]),
    );
    expect(Object.keys(answers!)).toEqual(["cl_0"]);
    expect(wrong).toEqual([{ id: "cl_1", error: "answer.label must be a text that is not empty" }]);
    expect(read(JSON.stringify([GOOD[0]])).wrong).toEqual([{ id: "cl_1", error: "the reply has no object for it" }]);
    expect(read(JSON.stringify([GOOD[0]]), undefined, PLAIN, { cut: true }).wrong![0]!.error).toMatch(/cut off/);
  });

  it("that are no JSON say so", () => {
    expect(read("Tea and ships").wrong).toEqual([
      { id: "cl_0", error: "the reply is not JSON" },
      { id: "cl_1", error: "the reply is not JSON" },
    ]);
    expect(read('[{"cluster_id":"cl_0","lab', undefined, PLAIN, { cut: true }).wrong![0]!.error).toMatch(/cut off/);
  });

  it.each([
    "I'm sorry, but I can't help with that.",
    "I cannot label this content.",
    "Sorry, no.",
    "As an AI model I must decline.",
  ])("are refusals: %s", (text) => expect(read(text)).toEqual({ refused: `the model refused to answer: ${text}` }));

  it("are refusals where the provider says so, and no refusal where a label sounds like one", () => {
    expect(read("", undefined, PLAIN, { blocked: true })).toEqual({ refused: "the model refused to answer" });
    expect(read('[{"cluster_id":"cl_0","label":"Sorry notes"}]', ["cl_0"]).wrong).toEqual([]);
  });

  it("are tidied: quotes, white space, keywords as a text", () => {
    const text = JSON.stringify([{ cluster_id: "cl_0", label: ' "Green \n tea" ', keywords: "a, b, a," }]);
    expect(read(text, ["cl_0"]).answers!.cl_0).toEqual({
      label: "Green tea",
      summary: null,
      keywords: ["a", "b"],
      extra: null,
    });
  });

  it("leave out what was not asked for", () => {
    const settings = { summary: false, keywords: false, shape: null };
    const text = JSON.stringify([{ ...GOOD[0], mood: "calm" }]);
    expect(read(text, ["cl_0"], settings).answers!.cl_0).toEqual({
      label: "Tea",
      summary: null,
      keywords: null,
      extra: null,
    });
  });

  it("refuse labels and values that cannot be shown", () => {
    const one = (fields: object) =>
      read(JSON.stringify([{ cluster_id: "cl_0", ...fields }]), ["cl_0"]).wrong![0]?.error;
    expect(one({ label: "x".repeat(121) })).toMatch(/at most 120/);
    expect(one({ label: 7 })).toMatch(/must be a text/);
    expect(one({ label: "a", summary: 5 })).toMatch(/summary/);
    expect(one({ label: "a", keywords: { a: 1 } })).toMatch(/keywords/);
  });
});

describe("a response_shape", () => {
  const EXAMPLE = {
    label: "string",
    keywords: ["string"],
    sentiment: "positive | negative | neutral",
    confidence: 0.5,
    audience: { age: "integer" },
  };
  const settings = { ...PLAIN, shape: readShape(EXAMPLE) };
  const good = {
    cluster_id: "cl_0",
    label: "Tea",
    keywords: ["leaf"],
    sentiment: "neutral",
    confidence: 1,
    audience: { age: 30 },
  };

  it("as an example holds answers to its types, and keeps what is beyond a name", () => {
    expect(read(JSON.stringify([good]), ["cl_0"], settings).answers!.cl_0).toEqual({
      label: "Tea",
      summary: null,
      keywords: ["leaf"],
      extra: { sentiment: "neutral", confidence: 1, audience: { age: 30 } },
    });
    const wrong = (change: object) =>
      read(JSON.stringify([{ ...good, ...change }]), ["cl_0"], settings).wrong![0]!.error;
    expect(wrong({ sentiment: "mixed" })).toBe('answer.sentiment must be one of "positive", "negative", "neutral"');
    expect(wrong({ audience: { age: 3.5 } })).toBe("answer.audience.age must be of type integer");
    expect(wrong({ keywords: [1] })).toBe("answer.keywords[0] must be of type string");
    expect(wrong({ confidence: undefined })).toBe("answer.confidence is required");
  });

  it("as JSON Schema gets a label where it has none", () => {
    const shape = readShape({
      type: "object",
      properties: { score: { type: "number", minimum: 0, maximum: 1 } },
      required: ["score"],
      additionalProperties: false,
    });
    const one = (fields: object) =>
      read(JSON.stringify([{ cluster_id: "cl_0", ...fields }]), ["cl_0"], { ...PLAIN, shape });
    expect(one({ label: "Tea", score: 0.5 }).answers!.cl_0!.extra).toEqual({ score: 0.5 });
    expect(one({ score: 0.5 }).wrong![0]!.error).toBe("answer.label is required");
    expect(one({ label: "Tea", score: 2 }).wrong![0]!.error).toBe("answer.score must be at most 1");
    expect(one({ label: "Tea", score: 1, more: 1 }).wrong![0]!.error).toBe("answer.more is not a known field");
  });

  it("of a list of answers is the shape of one", () => {
    const shape = readShape({
      type: "array",
      items: { type: "object", properties: { tone: { enum: ["a", "b"] } }, required: ["tone"] },
    });
    expect(
      read('[{"cluster_id":"cl_0","label":"T","tone":"c"}]', ["cl_0"], { ...PLAIN, shape }).wrong![0]!.error,
    ).toMatch(/"a", "b"/);
  });

  it("in words keeps whatever the model adds", () => {
    const shape = readShape("Add how sure you are, from 0 to 1, as sure.");
    expect(
      read('[{"cluster_id":"cl_0","label":"Tea","sure":0.9}]', ["cl_0"], { ...PLAIN, shape }).answers!.cl_0!.extra,
    ).toEqual({ sure: 0.9 });
  });

  it("says which of its keywords nobody checks", () => {
    expect(
      unsupported({ type: "object", properties: { a: { $ref: "#/x" }, b: { items: { format: "date" } } } }),
    ).toEqual(["$ref", "format"]);
    expect(readShape(null)).toBeNull();
  });
});

describe("JSON Schema", () => {
  it.each([
    [{ type: ["string", "null"] }, null, true],
    [{ type: "string", nullable: true }, null, true],
    [{ type: "string" }, null, false],
    [{ minLength: 2 }, "😀", false],
    [{ pattern: "^a+$" }, "aa", true],
    [{ pattern: "^a+$" }, "b", false],
    [{ exclusiveMinimum: 0 }, 0, false],
    [{ maxItems: 1 }, [1, 2], false],
    [{ uniqueItems: true }, [1, 1], false],
    [{ const: { a: 1 } }, { a: 1 }, true],
    [{ anyOf: [{ type: "string" }, { minimum: 3 }] }, 2, false],
    [{ oneOf: [{ type: "number" }, { minimum: 3 }] }, 4, false],
    [{ allOf: [{ minimum: 1 }, { maximum: 3 }] }, 2, true],
    [{ additionalProperties: { type: "number" } }, { a: "x" }, false],
    [{ properties: { toString: { type: "string" } } }, {}, true],
    [false, 1, false],
    [true, 1, true],
  ])("%j of %j: %s", (schema, value, fits) => {
    expect(violations(schema, value).length === 0).toBe(fits);
  });
});
