import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { matches } from "../../../src/domain/filters/evaluate";
import { FILTER_OPERATORS, type Filter, type FilterOperator } from "../../../src/domain/filters/model";
import { compileSql } from "../../../src/domain/filters/sql";

/** A small seeded generator (mulberry32): the same cases every time. */
function random(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  return { next, pick };
}
type Random = ReturnType<typeof random>;

const TEXTS = [
  "",
  "Apple",
  "apple pie",
  "ÄPFEL",
  "äpfel",
  "K",
  "İstanbul",
  "it's",
  'a"b',
  "2024-01-02",
  "z",
  "😀",
  "\uffee",
  "%_",
];
const NUMBERS = [0, 1, -1, 0.5, 2, 1e21, 123456789, -0.1, 0.30000000000000004];
const SCALARS = [...TEXTS, ...NUMBERS, true, false, null];
const KEYS = ["a", "b", "c", "it's", "ä"];
const FIELDS = [...KEYS, "a.b", "a.0", "a.0.b", "b.c.a", "it's.a", "missing", 'q"k', "document_id"];

function value(r: Random, depth: number): unknown {
  const kind = r.next();
  if (depth === 0 || kind < 0.6) return r.pick(SCALARS);
  if (kind < 0.8) return Array.from({ length: Math.floor(r.next() * 4) }, () => value(r, depth - 1));
  return object(r, depth - 1);
}

const object = (r: Random, depth: number): Record<string, unknown> =>
  Object.fromEntries(KEYS.filter(() => r.next() < 0.6).map((key) => [key, value(r, depth)]));

function operand(r: Random, operator: FilterOperator): unknown {
  if (operator === "in" || operator === "nin")
    return Array.from({ length: Math.floor(r.next() * 4) }, () => r.pick(SCALARS));
  if (operator === "exists" || operator === "is_null") return r.next() < 0.5;
  if (operator === "regex") return r.pick(["^a", "p+l", "[äÄ]", "\\d", "(pie|z)$"]);
  if (["starts_with", "ends_with", "text", "phrase"].includes(operator)) return r.pick(TEXTS);
  if (operator === "contains") return r.pick(SCALARS.filter((scalar) => scalar !== null));
  if (["gt", "lt", "gte", "lte"].includes(operator)) return r.pick([...TEXTS, ...NUMBERS]);
  return r.next() < 0.1 ? value(r, 1) : r.pick(SCALARS);
}

function filter(r: Random, depth: number): Filter {
  if (depth > 0 && r.next() < 0.45) {
    const of = Array.from({ length: 1 + Math.floor(r.next() * 3) }, () => filter(r, depth - 1));
    return { kind: r.pick(["and", "or", "not"]), of };
  }
  const operator = r.pick(FILTER_OPERATORS);
  return { kind: "leaf", field: r.pick(FIELDS), operator, value: operand(r, operator), caseSensitive: r.next() < 0.5 };
}

describe("compileSql", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE t (id TEXT NOT NULL, doc TEXT NOT NULL)");
  const r = random(7);
  const documents = Array.from({ length: 300 }, (_, i) => ({
    ...object(r, 3),
    document_id: `${r.pick(TEXTS)}${i % 3}`,
  }));
  const insert = db.prepare("INSERT INTO t VALUES (?, ?)");
  for (const { document_id, ...payload } of documents) insert.run(document_id, JSON.stringify(payload));

  const selected = (of: Filter) => {
    const { sql, params, exact } = compileSql(of, { column: "doc", fields: { document_id: "id" } });
    expect(params.length).toBeLessThanOrEqual(1);
    const rows = db.prepare(`SELECT rowid AS n FROM t WHERE ${sql}`).all(...params) as { n: number }[];
    return { rows: new Set(rows.map(({ n }) => n - 1)), exact };
  };

  it("never misses a match, and matches exactly where it says so (3,000 random filters × 300 documents)", () => {
    let exactFilters = 0;
    let matched = 0;
    for (let round = 0; round < 3000; round++) {
      const of = filter(r, 3);
      const { rows, exact } = selected(of);
      if (exact) exactFilters += 1;
      documents.forEach((document, i) => {
        const expected = matches(of, document);
        if (expected) matched += 1;
        if (expected ? !rows.has(i) : exact && rows.has(i)) {
          expect.fail(`${JSON.stringify(of)} on ${JSON.stringify(document)}: SQL ${rows.has(i)}, evaluate ${expected}`);
        }
      });
    }
    expect(exactFilters).toBeGreaterThan(300);
    expect(matched).toBeGreaterThan(100_000);
  });

  it.each<[string, Filter]>([
    ["a number", { kind: "leaf", field: "a", operator: "gte", value: 1, caseSensitive: false }],
    ["a text with case", { kind: "leaf", field: "a", operator: "eq", value: "Apple", caseSensitive: true }],
    ["a date", { kind: "leaf", field: "a", operator: "lt", value: "2024-06-01", caseSensitive: false }],
    ["a missing field", { kind: "leaf", field: "a", operator: "exists", value: false, caseSensitive: false }],
  ])("decides %s at the root by SQL alone", (_name, of) => {
    const { rows, exact } = selected(of);
    expect(exact).toBe(true);
    expect([...rows]).toEqual(documents.flatMap((document, i) => (matches(of, document) ? [i] : [])));
  });

  it("stays within SQLite's statement size and depth", () => {
    const wide = (operator: FilterOperator, value: (i: number) => unknown): Filter => ({
      kind: "or",
      of: Array.from({ length: 200 }, (_, i) => {
        return { kind: "leaf", field: `field.${"x".repeat(200)}.b`, operator, value: value(i), caseSensitive: false };
      }),
    });
    expect(selected(wide("eq", (i) => `text ${i}`)).exact).toBe(false);
    const list: Filter = {
      kind: "leaf",
      field: "a",
      operator: "in",
      value: Array.from({ length: 10_000 }, (_, i) => (i % 2 ? i : `t${i}`)),
      caseSensitive: true,
    };
    expect(compileSql(list, { column: "doc" }).sql.length).toBeLessThan(1500);
    expect(compileSql(wide("eq", String), { column: "doc" }).sql.length).toBeLessThan(100_000);
  });

  it("keeps texts out of the statement", () => {
    const of: Filter = {
      kind: "leaf",
      field: "a",
      operator: "in",
      value: ["'; DROP TABLE t; --"],
      caseSensitive: true,
    };
    expect(compileSql(of, { column: "doc" }).sql).not.toContain("DROP");
  });
});
