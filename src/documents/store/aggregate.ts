/** GROUP BY over payloads: documents pass one by one, only the groups are held. */
import { ShoalError } from "../../domain/errors";
import { compareText, matches } from "../../domain/filters/evaluate";
import { isObject, resolve, splitPath, valueAt } from "../../domain/filters/path";
import type { AggregateFunction, AggregatePage, AggregateQuery } from "../contract";
import { filterView, scan, select } from "./context";
import type { Database } from "./database";
import { dateKey } from "./dates";

const MAX_GROUPS = 100_000;
/** Values that `push`, `add_to_set` and `count_distinct` keep, over all groups. */
const MAX_COLLECTED = 200_000;
/** Their characters and those of the groups' keys: an answer has to pass an RPC of 32 MiB. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

type Document = Record<string, unknown>;
type Key = (document: Document) => unknown;

interface Accumulator {
  add(value: unknown): void;
  result(): unknown;
}

interface Group {
  key: Record<string, unknown>;
  metrics: Accumulator[];
}

export async function aggregate(db: Database, query: AggregateQuery): Promise<AggregatePage> {
  const grouping = new Grouping(query);
  let scanned = 0;
  for await (const chunk of scan(db, select(query.filters))) {
    scanned += chunk.length;
    for (const record of chunk) grouping.add(filterView(record));
  }
  return { ...grouping.page(), documentsScanned: scanned };
}

class Grouping {
  readonly #query: AggregateQuery;
  readonly #keys: [alias: string, key: Key][];
  readonly #inputs: ((document: Document) => unknown)[];
  readonly #groups = new Map<string, Group>();
  readonly #unwind: string[] | null;
  #collected = 0;
  #characters = 0;

  constructor(query: AggregateQuery) {
    this.#query = query;
    this.#unwind = query.unwind === null ? null : splitPath(query.unwind);
    this.#keys = query.groupBy.map(({ field, alias, dateTrunc, datePart }) => {
      const path = splitPath(field);
      return [alias, (document) => dateKey(valueAt(document, path) ?? null, dateTrunc, datePart)];
    });
    const { rangeBuckets } = query;
    if (rangeBuckets) {
      const path = splitPath(rangeBuckets.field);
      this.#keys.push([rangeBuckets.alias, (document) => bucketOf(valueAt(document, path), rangeBuckets.boundaries)]);
    }
    this.#inputs = query.aggregations.map(({ field }) => {
      if (field === null) return () => true;
      const path = splitPath(field);
      return (document) => valueAt(document, path);
    });
  }

  add(document: Document): void {
    if (this.#unwind === null) this.#addOne(document);
    else for (const element of unwound(document, this.#unwind)) this.#addOne(element);
  }

  #addOne(document: Document): void {
    const key = Object.fromEntries(this.#keys.map(([alias, of]) => [alias, of(document)]));
    const name = JSON.stringify(Object.values(key));
    let group = this.#groups.get(name);
    if (!group) {
      if (this.#groups.size === MAX_GROUPS) throw tooMany("groups", MAX_GROUPS);
      this.#weigh(name.length);
      const keep = (value: unknown) => {
        this.#collected += 1;
        if (this.#collected > MAX_COLLECTED) throw tooMany("collected values", MAX_COLLECTED);
        this.#weigh(typeof value === "string" ? value.length : JSON.stringify(value).length);
      };
      group = { key, metrics: this.#query.aggregations.map((of) => accumulator(of.function, keep)) };
      this.#groups.set(name, group);
    }
    group.metrics.forEach((metric, i) => {
      const value = this.#inputs[i]!(document);
      if (value !== undefined && value !== null) metric.add(value);
    });
  }

  #weigh(characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS) throw tooMany("characters of keys and values", MAX_CHARACTERS);
  }

  page(): Omit<AggregatePage, "documentsScanned"> {
    const { aggregations, having, sortBy, sortDirection, limit } = this.#query;
    let results = [...this.#groups.values()].map(({ key, metrics }) => ({
      group: key,
      metrics: Object.fromEntries(metrics.map((metric, i) => [aggregations[i]!.alias, metric.result()])),
    }));
    if (having) results = results.filter(({ group, metrics }) => matches(having, { ...group, ...metrics }));
    const totalGroups = results.length;
    const sign = sortDirection === "asc" ? 1 : -1;
    const field = sortBy ?? aggregations[0]?.alias;
    const sortKey = ({ group, metrics }: (typeof results)[number]) => (field ? (metrics[field] ?? group[field]) : null);
    // Equal groups keep the order in which the documents first named them.
    results.sort((a, b) => sign * compareValues(sortKey(a), sortKey(b)));
    return { results: limit === null ? results : results.slice(0, limit), totalGroups };
  }
}

function accumulator(name: AggregateFunction, keep: (value: unknown) => void): Accumulator {
  let count = 0;
  let sum = 0;
  let numbers = 0;
  let held: unknown = null;
  const values: unknown[] = [];
  const distinct = new Map<string, unknown>();
  switch (name) {
    case "count":
      return { add: () => (count += 1), result: () => count };
    case "sum":
    case "avg":
      return {
        add: (value) => {
          if (typeof value !== "number") return;
          sum += value;
          numbers += 1;
        },
        result: () => (name === "sum" ? sum : numbers === 0 ? null : sum / numbers),
      };
    case "min":
    case "max": {
      const sign = name === "min" ? -1 : 1;
      const add = (value: unknown) => {
        if (held === null || sign * compareValues(value, held) > 0) held = value;
      };
      return { add, result: () => held };
    }
    case "first":
      return { add: (value) => (held ??= value), result: () => held };
    case "last":
      return { add: (value) => (held = value), result: () => held };
    case "push": {
      const add = (value: unknown) => {
        keep(value);
        values.push(value);
      };
      return { add, result: () => values };
    }
    case "count_distinct":
    case "add_to_set": {
      const add = (value: unknown) => {
        const text = JSON.stringify(value);
        if (distinct.has(text)) return;
        keep(value);
        distinct.set(text, value);
      };
      return { add, result: () => (name === "add_to_set" ? [...distinct.values()] : distinct.size) };
    }
  }
}

/** The document once for each element of the array at the path; as it is when there is another value, else not at all. */
function unwound(document: Document, path: string[]): Document[] {
  const found = resolve(document, path);
  const elements = found.flatMap((value) => (Array.isArray(value) ? value : [value]));
  return elements.map((element) => replaceAt(document, path, element));
}

function replaceAt(document: Document, [head, ...rest]: string[], value: unknown): Document {
  const child = document[head!];
  return { ...document, [head!]: rest.length === 0 ? value : replaceAt(isObject(child) ? child : {}, rest, value) };
}

function bucketOf(value: unknown, boundaries: number[]): string {
  if (typeof value !== "number") return "other";
  for (let i = 0; i + 1 < boundaries.length; i++) {
    if (value >= boundaries[i]! && value < boundaries[i + 1]!) return `${boundaries[i]}-${boundaries[i + 1]}`;
  }
  return "other";
}

const RANK = { undefined: 0, null: 0, boolean: 1, number: 2, string: 3, object: 4 };

/** Null first, then booleans, numbers, texts, everything else by its JSON. */
function compareValues(a: unknown, b: unknown): number {
  const rank = (value: unknown) => (value === null ? 0 : RANK[typeof value as keyof typeof RANK]);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  return compareText(JSON.stringify(a ?? null), JSON.stringify(b ?? null));
}

function tooMany(what: string, limit: number): ShoalError {
  return new ShoalError("validation_failed", `The aggregation exceeds ${limit} ${what}; narrow it by filters.`, {
    limit,
  });
}
