import { beforeAll, describe, expect, it } from "vitest";
import { importValues } from "../../src/documents/ingest/importer";
import { FILTER_OPERATORS } from "../../src/domain/filters/model";
import { parseFilter } from "../../src/domain/filters/parse";
import { listQuery, StoreHarness } from "../support/store";

/** What the filter language answers from end to end: a body's text, parsed, compiled to SQL and evaluated by the store. */
const DOCUMENTS = {
  a: { title: "Red Fox", n: 1, tags: ["x", "Y"], meta: { lang: "de", at: "2026-01-01" }, note: null },
  b: { title: "red dog runs", n: 2, tags: ["y"], meta: { lang: "en", at: "2026-02-01" }, items: [{ k: 1 }, { k: 7 }] },
  c: { title: "Übermut", n: 3.5, tags: [], meta: { lang: "EN" }, items: [{ k: 3 }] },
  d: { n: -4, ok: true, "a.b": "literal" },
};

let h: StoreHarness;
beforeAll(async () => {
  h = await StoreHarness.create();
  const rows = Object.entries(DOCUMENTS).map(([document_id, payload]) => ({ document_id, payload }));
  await importValues(h.target("b1"), rows);
});

const ids = async (body: string) => {
  const { documents } = await h.store.list(listQuery({ filters: parseFilter(JSON.parse(body)) }));
  return documents.map((document) => document.documentId).join("");
};

const LEAVES: [operator: string, body: string, ids: string][] = [
  ["eq", '{"field":"title","operator":"eq","value":"red fox"}', "a"],
  ["eq", '{"field":"title","operator":"eq","value":"red fox","case_sensitive":true}', ""],
  ["eq", '{"field":"items.k","operator":"eq","value":7}', "b"],
  ["ne", '{"field":"n","operator":"ne","value":2}', "acd"],
  ["gt", '{"field":"n","operator":"gt","value":1}', "bc"],
  ["gte", '{"field":"n","operator":"gte","value":1}', "abc"],
  ["lt", '{"field":"n","operator":"lt","value":1}', "d"],
  ["lte", '{"field":"n","operator":"lte","value":1}', "ad"],
  ["gt", '{"field":"meta.at","operator":"gt","value":"2026-01-15"}', "b"],
  ["in", '{"field":"meta.lang","operator":"in","value":["en","fr"]}', "bc"],
  ["nin", '{"field":"meta.lang","operator":"nin","value":["en"]}', "ad"],
  ["contains", '{"field":"title","operator":"contains","value":"RED"}', "ab"],
  ["contains", '{"field":"tags","operator":"contains","value":"y"}', "ab"],
  ["contains", '{"field":"tags","operator":"contains","value":"y","case_sensitive":true}', "b"],
  ["starts_with", '{"field":"title","operator":"starts_with","value":"über"}', "c"],
  ["ends_with", '{"field":"title","operator":"ends_with","value":"FOX"}', "a"],
  ["regex", '{"field":"title","operator":"regex","value":"^red (fox|dog)"}', "ab"],
  ["exists", '{"field":"items","operator":"exists","value":true}', "bc"],
  ["exists", '{"field":"items","operator":"exists","value":false}', "ad"],
  ["is_null", '{"field":"note","operator":"is_null","value":true}', "abcd"],
  ["is_null", '{"field":"title","operator":"is_null","value":false}', "abc"],
  ["text", '{"field":"title","operator":"text","value":"runs red"}', "b"],
  ["phrase", '{"field":"title","operator":"phrase","value":"red dog"}', "b"],
];

describe("operators", () => {
  it("are all here", () => {
    expect(new Set(LEAVES.map(([operator]) => operator))).toEqual(new Set(FILTER_OPERATORS));
  });

  it.each(LEAVES)("%s: %s", async (_operator, body, expected) => {
    expect(await ids(body)).toBe(expected);
    const all = "abcd".split("");
    expect(await ids(`{"NOT":[${body}]}`)).toBe(all.filter((id) => !expected.includes(id)).join(""));
  });
});

describe("bodies", () => {
  it.each([
    ["shorthand", '{"title":"RED FOX"}', "a"],
    ["several shorthands", '{"meta.lang":"en","n":2}', "b"],
    ["a single object for AND", '{"AND":{"field":"n","operator":"gt","value":0}}', "abc"],
    ["nesting", '{"AND":[{"OR":[{"n":1},{"n":2}]},{"NOT":[{"tags":"x"}]}]}', "b"],
    ["inherited case", '{"case_sensitive":true,"OR":[{"title":"red fox"},{"title":"red dog runs"}]}', "b"],
    [
      "symbols",
      '{"operator":"AND","conditions":[{"field":"n","operator":"<=","value":2},{"field":"n","operator":">","value":0}]}',
      "ab",
    ],
    ["the document's own fields", '{"field":"document_id","operator":"in","value":["a","zz"]}', "a"],
    ["nothing", "{}", "abcd"],
  ])("%s", async (_name, body, expected) => {
    expect(await ids(body)).toBe(expected);
  });

  it.each([
    '{"field":"n","operator":"near","value":1}',
    '{"field":"n","operator":"in","value":1}',
    "[]",
    '"x"',
    '{"AND":5}',
  ])("%s is refused with a code", async (body) => {
    await expect(ids(body)).rejects.toMatchObject({ code: "invalid_filter" });
  });
});
