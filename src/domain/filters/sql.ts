/**
 * A filter as a condition on a JSON column of SQLite (D1 and Durable Objects alike). The condition never misses a
 * document that `matches` accepts; `exact` says that it accepts no other either, so that nothing is left to check.
 *
 * Every node is compiled to two bounds: `upper` holds for all matching documents and perhaps more, `lower` only for
 * matching ones and perhaps fewer. NOT swaps them. They differ where SQLite cannot decide: letters outside ASCII, arrays
 * on the way to a field, word search. Texts travel in one bound JSON array, so a filter costs one parameter.
 */
import type { Filter, FilterOperator } from "./model";
import { isIndex, isObject, splitPath } from "./path";

export interface SqlCondition {
  sql: string;
  params: string[];
  exact: boolean;
}

export interface SqlTarget {
  /** Name of the column that holds the JSON text. */
  column: string;
  /** Fields that are columns of their own, as SQL expressions that give non-null text: `{document_id: "id"}`. */
  fields?: Record<string, string>;
}

interface Bounds {
  upper: string;
  lower: string;
}

/** A scalar in SQL: its value and its JSON type (`'text'`, `'integer'`, …). */
interface Scalar {
  value: string;
  type: string;
}

/** Statements have at most 100 KB, of which the caller needs some; a filter beyond that is left to `matches`. */
const MAX_STATEMENT = 90_000;

type Leaf = Extract<Filter, { kind: "leaf" }>;

const YES: Bounds = same("1");
const NO: Bounds = same("0");
const MAYBE: Bounds = { upper: "1", lower: "0" };

export function compileSql(filter: Filter | null, target: SqlTarget): SqlCondition {
  if (filter === null) return { sql: "1", params: [], exact: true };
  const texts: unknown[] = [];
  const bounds = new Compiler(target, texts).node(filter);
  const exact = bounds.upper === bounds.lower;
  if (bounds.upper.length > MAX_STATEMENT) return { sql: "1", params: [], exact: false };
  if (texts.length === 0) return { sql: `(${bounds.upper})`, params: [], exact };
  return { sql: `(SELECT ${bounds.upper} FROM (SELECT ? AS texts) AS given)`, params: [JSON.stringify(texts)], exact };
}

class Compiler {
  readonly #target: SqlTarget;
  readonly #texts: unknown[];

  constructor(target: SqlTarget, texts: unknown[]) {
    this.#target = target;
    this.#texts = texts;
  }

  node(filter: Filter): Bounds {
    if (filter.kind === "leaf") return this.#leaf(filter);
    const parts = filter.of.map((part) => this.node(part));
    switch (filter.kind) {
      case "and":
        return combine(parts, "AND");
      case "or":
        return combine(parts, "OR");
      case "not":
        return not(combine(parts, "OR"));
    }
  }

  #leaf(leaf: Leaf): Bounds {
    const { field, operator, value } = leaf;
    if (operator === "ne") return not(this.#leaf({ ...leaf, operator: "eq" }));
    if (operator === "nin") return not(this.#leaf({ ...leaf, operator: "in" }));
    const column = this.#target.fields?.[field];
    if (column !== undefined) {
      if (operator === "exists") return value ? YES : NO;
      if (operator === "is_null") return value ? NO : YES;
      return this.#test(leaf, { value: column, type: "'text'" });
    }
    const segments = splitPath(field);
    // Indexes may be keys of an object too, and SQLite's paths cannot quote a quotation mark.
    if (segments.some((segment) => isIndex(segment) || segment.includes('"') || segment.includes("\\"))) return MAYBE;
    return this.#throughArrays(segments, this.#at(leaf, jsonPath(segments)));
  }

  /** Where a container on the way is an array, only `matches` can tell. */
  #throughArrays(segments: string[], bounds: Bounds): Bounds {
    const prefixes = segments.slice(1).map((_, i) => jsonPath(segments.slice(0, i + 1)));
    if (prefixes.length === 0) return bounds;
    const array = prefixes.map((prefix) => `json_type(${this.#target.column}, ${prefix}) IS 'array'`).join(" OR ");
    return { upper: `(${bounds.upper} OR ${array})`, lower: `(${bounds.lower} AND NOT (${array}))` };
  }

  #at(leaf: Leaf, path: string): Bounds {
    const { operator, value } = leaf;
    const type = `json_type(${this.#target.column}, ${path})`;
    const exists = same(`(${type} IS NOT NULL)`);
    if (operator === "exists") return value ? exists : not(exists);
    const any = (test: (scalar: Scalar) => Bounds): Bounds => this.#anyAt(path, type, test);
    const isNull = combine([not(exists), any((scalar) => same(`(${scalar.type} = 'null')`))], "OR");
    if (operator === "is_null") return value ? isNull : not(isNull);
    if (operator === "eq" && value === null) return isNull;
    const test = any((scalar) => this.#test(leaf, scalar));
    return operator === "in" && (value as unknown[]).includes(null) ? combine([test, isNull], "OR") : test;
  }

  /** The test of a scalar at the path, or of any element of an array there. */
  #anyAt(path: string, type: string, test: (scalar: Scalar) => Bounds): Bounds {
    const { column } = this.#target;
    const alone = test({ value: `json_extract(${column}, ${path})`, type });
    const element = test({ value: "element.value", type: "element.type" });
    const choose = (one: string, each: string) =>
      `coalesce(CASE ${type} WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(${column}, ${path}) AS element` +
      ` WHERE ${each}) ELSE ${one} END, 0)`;
    return { upper: choose(alone.upper, element.upper), lower: choose(alone.lower, element.lower) };
  }

  #test(leaf: Leaf, scalar: Scalar): Bounds {
    const { operator, value } = leaf;
    switch (operator) {
      case "eq":
        return this.#equals(value, leaf.caseSensitive, scalar);
      case "in":
        return this.#oneOf(value as unknown[], leaf.caseSensitive, scalar);
      case "contains":
        if (typeof value !== "string") return this.#equals(value, leaf.caseSensitive, scalar);
        return this.#text(value, leaf.caseSensitive, scalar, (text, part) => `instr(${text}, ${part}) > 0`);
      case "starts_with":
        return this.#text(value as string, leaf.caseSensitive, scalar, (text, part) => `instr(${text}, ${part}) = 1`);
      case "ends_with":
      case "regex":
      case "text":
      case "phrase":
        return { upper: `${scalar.type} = 'text'`, lower: "0" };
      case "gt":
      case "lt":
      case "gte":
      case "lte":
        return this.#ordered(operator, value as string | number, scalar);
      case "ne":
      case "nin":
      case "exists":
      case "is_null":
        throw new Error(`${operator} is compiled at the path`);
    }
  }

  #equals(value: unknown, caseSensitive: boolean, scalar: Scalar): Bounds {
    if (typeof value === "string") {
      return this.#text(value, caseSensitive, scalar, (text, wanted) => `${text} = ${wanted}`);
    }
    if (typeof value === "boolean") return same(`${scalar.type} = '${value}'`);
    if (typeof value === "number") return same(`(${isNumber(scalar)} AND ${scalar.value} = ${number(value)})`);
    if (value === null) return same(`${scalar.type} = 'null'`);
    return Array.isArray(value) || isObject(value) ? MAYBE : NO;
  }

  #oneOf(values: unknown[], caseSensitive: boolean, scalar: Scalar): Bounds {
    const list = (of: unknown[]) => `(SELECT value FROM json_each(given.texts, '$[${this.#texts.push(of) - 1}]'))`;
    const texts = values.filter((value) => typeof value === "string");
    const numbers = values.filter((value) => typeof value === "number");
    const others = new Set(values.filter((value) => typeof value !== "string" && typeof value !== "number"));
    const parts = [...others].map((value) => this.#equals(value, caseSensitive, scalar));
    if (numbers.length > 0) parts.push(same(`(${isNumber(scalar)} AND ${scalar.value} IN ${list(numbers)})`));
    if (texts.length > 0) {
      const folded = caseSensitive ? texts : texts.map((text) => text.toLowerCase());
      const wanted = list(folded);
      const exact = caseSensitive || texts.every(hasNoCase);
      parts.push(textBounds(scalar, exact, folded.some(isAscii), (text) => `${text} IN ${wanted}`));
    }
    return combine(parts, "OR");
  }

  #text(value: string, sensitive: boolean, scalar: Scalar, test: (text: string, wanted: string) => string): Bounds {
    const folded = sensitive ? value : value.toLowerCase();
    const index = this.#texts.push(folded) - 1;
    const wanted = `json_extract(given.texts, '$[${index}]')`;
    return textBounds(scalar, sensitive || hasNoCase(value), isAscii(folded), (text) => test(text, wanted));
  }

  #ordered(operator: FilterOperator, value: string | number, scalar: Scalar): Bounds {
    const sign = { gt: ">", lt: "<", gte: ">=", lte: "<=" }[operator as "gt" | "lt" | "gte" | "lte"];
    if (typeof value === "number") return same(`(${isNumber(scalar)} AND ${scalar.value} ${sign} ${number(value)})`);
    const wanted = `json_extract(given.texts, '$[${this.#texts.push(value) - 1}]')`;
    return same(`(${scalar.type} = 'text' AND ${scalar.value} ${sign} ${wanted})`);
  }
}

/**
 * SQLite folds the case of ASCII letters only, so a text with other characters may match whatever its folded form is.
 * `exact`: case does not matter. `ascii`: something that is wanted is plain ASCII when folded.
 */
function textBounds(scalar: Scalar, exact: boolean, ascii: boolean, test: (text: string) => string): Bounds {
  const isText = `${scalar.type} = 'text'`;
  if (exact) return same(`(${isText} AND ${test(scalar.value)})`);
  const foreign = `length(${scalar.value}) <> length(CAST(${scalar.value} AS BLOB))`;
  if (!ascii) return { upper: `(${isText} AND ${foreign})`, lower: "0" };
  const found = test(`lower(${scalar.value})`);
  return { upper: `(${isText} AND (${found} OR ${foreign}))`, lower: `(${isText} AND ${found} AND NOT (${foreign}))` };
}

/** As a balanced tree: SQLite's expressions are at most 100 deep in a Durable Object and in D1. */
function combine(parts: Bounds[], by: "AND" | "OR"): Bounds {
  if (parts.length === 0) return by === "AND" ? YES : NO;
  if (parts.length === 1) return parts[0]!;
  const middle = parts.length >> 1;
  const left = combine(parts.slice(0, middle), by);
  const right = combine(parts.slice(middle), by);
  return { upper: `(${left.upper} ${by} ${right.upper})`, lower: `(${left.lower} ${by} ${right.lower})` };
}

function same(sql: string): Bounds {
  return { upper: sql, lower: sql };
}

const not = ({ upper, lower }: Bounds): Bounds => ({ upper: `(NOT ${lower})`, lower: `(NOT ${upper})` });

/** A path as an SQL literal, e.g. `'$."metadata"."title"'`. Segments hold no quotation mark and no backslash. */
export const jsonPath = (segments: string[]): string =>
  `'$${segments.map((segment) => `."${segment.replaceAll("'", "''")}"`).join("")}'`;

const isNumber = (scalar: Scalar): string => `${scalar.type} IN ('integer', 'real')`;
const number = (value: number): string => (Object.is(value, -0) ? "0" : String(value));
const isAscii = (text: string): boolean => !/[^\x20-\x7e]/.test(text);
const hasNoCase = (text: string): boolean => isAscii(text) && !/[A-Za-z]/.test(text);
