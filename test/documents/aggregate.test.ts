import { beforeAll, describe, expect, it } from "vitest";
import type { AggregateQuery } from "../../src/documents/contract";
import { importValues } from "../../src/documents/ingest/importer";
import { parseFilter } from "../../src/domain/filters/parse";
import { StoreHarness } from "../support/store";

const DOCUMENTS = [
  { at: "2026-01-31T23:59:59Z", kind: "a", price: 10, tags: ["x", "y"] },
  { at: "2026-02-01T00:00:00Z", kind: "b", price: 30, tags: ["x"] },
  { at: "2026-02-15T12:30:45Z", kind: "a", price: 20, tags: [] },
  { at: "not a date", kind: null, price: "free" },
].map((payload) => ({ payload }));

let h: StoreHarness;
beforeAll(async () => {
  h = await StoreHarness.create();
  await importValues(h.target("b1"), DOCUMENTS);
});

const BASE: AggregateQuery = {
  filters: null,
  groupBy: [],
  aggregations: [{ function: "count", field: null, alias: "n" }],
  having: null,
  unwind: null,
  rangeBuckets: null,
  sortBy: null,
  sortDirection: "desc",
  limit: null,
};
const by = (field: string, of: Partial<AggregateQuery["groupBy"][number]> = {}) => {
  return { field, alias: field, dateTrunc: null, datePart: null, ...of };
};
const of = (name: AggregateQuery["aggregations"][number]["function"], field: string) => ({
  function: name,
  field,
  alias: name,
});

describe("aggregate", () => {
  it("computes every function per group", async () => {
    const names = [
      "count",
      "count_distinct",
      "sum",
      "avg",
      "min",
      "max",
      "first",
      "last",
      "push",
      "add_to_set",
    ] as const;
    const page = await h.store.aggregate({
      ...BASE,
      groupBy: [by("kind")],
      aggregations: names.map((name) => of(name, "price")),
    });
    expect(page).toMatchObject({ totalGroups: 3, documentsScanned: 4 });
    expect(page.results[0]).toEqual({
      group: { kind: "a" },
      metrics: {
        count: 2,
        count_distinct: 2,
        sum: 30,
        avg: 15,
        min: 10,
        max: 20,
        first: 10,
        last: 20,
        push: [10, 20],
        add_to_set: [10, 20],
      },
    });
    expect(page.results.find(({ group }) => group.kind === null)!.metrics).toMatchObject({
      sum: 0,
      avg: null,
      min: "free",
    });
  });

  it.each([
    ["month", ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", null]],
    ["quarter", ["2026-01-01T00:00:00.000Z", null]],
    ["week", ["2026-01-26T00:00:00.000Z", "2026-02-09T00:00:00.000Z", null]],
    ["day", ["2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-02-15T00:00:00.000Z", null]],
  ] as const)("truncates dates to the %s", async (dateTrunc, expected) => {
    const page = await h.store.aggregate({ ...BASE, groupBy: [by("at", { dateTrunc })] });
    expect(new Set(page.results.map(({ group }) => group.at))).toEqual(new Set(expected));
  });

  it.each([
    ["day_of_week", [6, 7, 7, null]],
    ["week", [5, 5, 7, null]],
    ["day_of_year", [31, 32, 46, null]],
    ["minute", [59, 0, 30, null]],
  ] as const)("takes the %s of dates", async (datePart, expected) => {
    const page = await h.store.aggregate({ ...BASE, groupBy: [by("at", { datePart })] });
    expect(new Set(page.results.map(({ group }) => group.at))).toEqual(new Set(expected));
  });

  it("unwinds, buckets, filters groups, sorts and limits", async () => {
    const tags = await h.store.aggregate({ ...BASE, groupBy: [by("tags")], unwind: "tags" });
    expect(tags.results).toEqual([
      { group: { tags: "x" }, metrics: { n: 2 } },
      { group: { tags: "y" }, metrics: { n: 1 } },
    ]);
    const rangeBuckets = { field: "price", boundaries: [0, 15, 30], alias: "range" };
    const buckets = await h.store.aggregate({ ...BASE, rangeBuckets, sortBy: "range", sortDirection: "asc" });
    expect(buckets.results.map(({ group, metrics }) => [group.range, metrics.n])).toEqual([
      ["0-15", 1],
      ["15-30", 1],
      ["other", 2],
    ]);
    const having = parseFilter({ field: "n", operator: "gte", value: 2 });
    const many = await h.store.aggregate({ ...BASE, groupBy: [by("kind")], having, limit: 1 });
    expect(many).toMatchObject({ results: [{ group: { kind: "a" } }], totalGroups: 1 });
    const filters = parseFilter({ kind: "B" });
    expect((await h.store.aggregate({ ...BASE, filters, groupBy: [by("kind")] })).results).toHaveLength(1);
  });
});
