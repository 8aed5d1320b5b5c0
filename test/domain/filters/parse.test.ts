import { describe, expect, it } from "vitest";
import { ShoalError } from "../../../src/domain/errors";
import { compareText, matches } from "../../../src/domain/filters/evaluate";
import { MAX_LEAVES, parseFilter } from "../../../src/domain/filters/parse";
import { compilePattern, parsePattern } from "../../../src/domain/filters/regex";

const leaf = (field: string, operator: string, value: unknown, caseSensitive = false) => {
  return { kind: "leaf", field, operator, value, caseSensitive };
};

describe("parseFilter", () => {
  it("takes nothing for no filter", () => {
    for (const input of [null, undefined, {}, { AND: null, OR: [], case_sensitive: false }]) {
      expect(parseFilter(input)).toBeNull();
    }
  });

  it("reads shorthand equality, nesting, single objects and inherited case sensitivity", () => {
    expect(
      parseFilter({
        case_sensitive: true,
        "metadata.title": "x",
        NOT: { field: "a", operator: "gt", value: 3, case_sensitive: false, AND: null },
        OR: [{ field: "b", value: 1 }, { c: null }],
      }),
    ).toEqual({
      kind: "and",
      of: [
        leaf("metadata.title", "eq", "x", true),
        { kind: "not", of: [leaf("a", "gt", 3, true)] },
        { kind: "or", of: [leaf("b", "eq", 1, true), leaf("c", "eq", null, true)] },
      ],
    });
  });

  it("reads the dialect of conditions with symbols", () => {
    const conditions = [
      { field: "status", operator: "==", value: "done" },
      { field: "n", operator: ">", value: 5 },
    ];
    expect(parseFilter({ operator: "OR", conditions })).toEqual({
      kind: "or",
      of: [leaf("status", "eq", "done"), leaf("n", "gt", 5)],
    });
  });

  it("reads must, should and must_not with key, match and range", () => {
    const input = {
      must: [
        { key: "a", value: 1 },
        { key: "b", match: { any: [1, 2] } },
      ],
      must_not: [{ key: "c", range: { gte: 1, lt: 2, gt: null } }],
    };
    expect(parseFilter(input)).toEqual({
      kind: "and",
      of: [
        { kind: "and", of: [leaf("a", "eq", 1), leaf("b", "in", [1, 2])] },
        { kind: "not", of: [{ kind: "and", of: [leaf("c", "gte", 1), leaf("c", "lt", 2)] }] },
      ],
    });
  });

  it.each<[string, unknown, string]>([
    ["an array", [], "must be an object"],
    ["an unknown operator", { field: "a", operator: "like", value: 1 }, "unknown operator"],
    ["a missing value", { field: "a", operator: "gt" }, "needs a 'value'"],
    ["an unknown key on a leaf", { field: "a", value: 1, foo: 2 }, "unknown key 'foo'"],
    ["a dynamic value", { field: "a", value: { type: "dynamic", field: "INPUT.q" } }, "dynamic"],
    ["a list operator without a list", { field: "a", operator: "in", value: 1 }, "takes an array"],
    ["an order without an orderable value", { field: "a", operator: "gt", value: true }, "a number or a string"],
    ["a bad pattern", { field: "a", operator: "regex", value: "(a" }, "missing ')'"],
    ["a backreference", { field: "a", operator: "regex", value: "(a)\\1" }, "not available"],
    ["a non-boolean flag", { field: "a", operator: "exists", value: "yes" }, "true or false"],
  ])("refuses %s", (_name, input, message) => {
    const error = refusal(input);
    expect(error.code).toBe("invalid_filter");
    expect(error.message).toContain(message);
    expect(error.issues[0]!.loc.slice(0, 2)).toEqual(["body", "filters"]);
  });

  it("limits depth and conditions", () => {
    let deep: unknown = { a: 1 };
    for (let i = 0; i < 10; i++) deep = { AND: [deep] };
    expect(refusal(deep).message).toContain("10 levels");
    const wide = { OR: Array.from({ length: MAX_LEAVES + 1 }, (_, i) => ({ a: i })) };
    expect(refusal(wide).message).toContain(`${MAX_LEAVES} conditions`);
  });
});

function refusal(input: unknown): ShoalError {
  try {
    parseFilter(input);
  } catch (error) {
    if (error instanceof ShoalError) return error;
  }
  throw new Error("not refused");
}

describe("matches", () => {
  const document = {
    tags: ["Red", "blue"],
    price: 12.5,
    meta: { items: [{ n: 1 }, { n: 2 }], none: null },
    note: "Big red dog",
  };
  it.each<[string, unknown, unknown, boolean]>([
    ["eq", "tags", "red", true],
    ["eq", "meta.items.n", 2, true],
    ["eq", "meta.items.0.n", 2, false],
    ["eq", "absent", null, true],
    ["ne", "tags", "red", false],
    ["ne", "absent", 1, true],
    ["in", "price", [1, 12.5], true],
    ["nin", "price", [1], true],
    ["gt", "price", 12, true],
    ["lt", "price", "99", false],
    ["contains", "tags", "lu", true],
    ["starts_with", "note", "big", true],
    ["ends_with", "note", "DOG", true],
    ["regex", "note", "r.d\\s", true],
    ["exists", "meta.none", true, true],
    ["is_null", "meta.none", true, true],
    ["is_null", "price", true, false],
    ["text", "note", "dog big", true],
    ["phrase", "note", "dog big", false],
    ["phrase", "note", "red dog", true],
  ])("%s %s %j is %s", (operator, field, value, expected) => {
    expect(matches(parseFilter({ field, operator, value }), document)).toBe(expected);
  });

  it("orders texts by code point", () => {
    expect(Math.sign(compareText("\uffee", "😀"))).toBe(-1);
    expect(Math.sign(compareText("a", "ab"))).toBe(-1);
    expect(compareText("x", "x")).toBe(0);
  });
});

describe("regex", () => {
  const TEXTS = ["", "a", "ab", "aab", "abc", "ABC", "xaby", "a\nb", "foo-42", "é", "aaaa", "[x]", "tab\there"];
  const PATTERNS = [
    "a",
    "^a",
    "b$",
    "^$",
    "a*b",
    "a+b?c",
    "(ab|c)+",
    "a{2}",
    "a{2,3}$",
    "^a{2,}$",
    "[a-c]{3}",
    "[^a-z]",
    "\\d+",
    "\\w-\\d",
    "\\s",
    "\\S\\D$",
    "a.b",
    "(?:a|ab)(c|bcd)?$",
    "[\\]x[]",
    "^(a|b|ab)*c",
    "x*?",
    "[\\d-]",
    "\\t",
    "é",
    "[^\\s]$",
    "()",
  ];
  it("finds what JavaScript's engine finds", () => {
    for (const pattern of PATTERNS) {
      for (const ignoreCase of [false, true]) {
        const find = compilePattern(pattern, ignoreCase);
        const expected = new RegExp(pattern, ignoreCase ? "iu".replace("u", "") : "");
        for (const text of TEXTS) expect([pattern, text, find(text)]).toEqual([pattern, text, expected.test(text)]);
      }
    }
  });

  it("answers in linear time where backtracking takes exponential time", () => {
    const find = compilePattern("^(a+)+$", false);
    const started = performance.now();
    expect(find(`${"a".repeat(100_000)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it.each(["(?=a)", "a{300}", "*a", "[b-a]", "a\\", "\\bword", "a".repeat(257), "((a{100}){100}){100}"])(
    "refuses %s",
    (pattern) => {
      expect(() => parsePattern(pattern, false)).toThrow();
    },
  );
});
