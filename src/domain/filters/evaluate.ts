/**
 * What a filter means. A condition looks at every value that its path leads to, and into an array found there: it holds
 * when any of them matches. `ne` and `nin` are the negations of `eq` and `in`, so they hold where the field is missing.
 * Texts compare without regard to case unless the filter is case sensitive; `lt` … `gte` order texts by code point and
 * never compare values of different types; `eq null` and `is_null` hold for null and for a missing field.
 */
import type { Filter } from "./model";
import { isObject, resolve, splitPath } from "./path";
import { compilePattern } from "./regex";

type Leaf = Extract<Filter, { kind: "leaf" }>;
type Test = (document: unknown) => boolean;

/** Whether the document matches. For many documents, `compileFilter` once is faster. */
export const matches = (filter: Filter | null, document: unknown): boolean => compileFilter(filter)(document);

export function compileFilter(filter: Filter | null): Test {
  if (filter === null) return () => true;
  if (filter.kind === "leaf") return compileLeaf(filter);
  const tests = filter.of.map(compileFilter);
  switch (filter.kind) {
    case "and":
      return (document) => tests.every((test) => test(document));
    case "or":
      return (document) => tests.some((test) => test(document));
    case "not":
      return (document) => !tests.some((test) => test(document));
  }
}

function compileLeaf(leaf: Leaf): Test {
  const segments = splitPath(leaf.field);
  if (leaf.operator === "exists") return (document) => resolve(document, segments).length > 0 === leaf.value;
  if (leaf.operator === "is_null") return (document) => isNullAt(resolve(document, segments)) === leaf.value;
  const negated = leaf.operator === "ne" || leaf.operator === "nin";
  const test = compileTest(leaf);
  const wantsNull = (value: unknown) => value === null;
  const matchesNull =
    leaf.operator === "eq" || leaf.operator === "ne"
      ? leaf.value === null
      : (leaf.operator === "in" || leaf.operator === "nin") && (leaf.value as unknown[]).some(wantsNull);
  return (document) => {
    const found = resolve(document, segments);
    return (found.some((value) => anyOf(value, test)) || (matchesNull && isNullAt(found))) !== negated;
  };
}

const isNullAt = (found: unknown[]): boolean => found.length === 0 || found.some((value) => anyOf(value, isNull));
const isNull: Test = (value) => value === null;

const anyOf = (value: unknown, test: Test): boolean => test(value) || (Array.isArray(value) && value.some(test));

/** The test of one value; negation and missing fields are the caller's. */
function compileTest({ operator, value, caseSensitive }: Leaf): Test {
  const fold = caseSensitive ? (text: string) => text : (text: string) => text.toLowerCase();
  const text = (test: (text: string) => boolean): Test => {
    return (candidate) => typeof candidate === "string" && test(fold(candidate));
  };
  switch (operator) {
    case "eq":
    case "ne":
      return equality(value, fold);
    case "in":
    case "nin": {
      const texts = new Set<unknown>();
      const others: Test[] = [];
      for (const wanted of value as unknown[]) {
        if (typeof wanted === "string") texts.add(fold(wanted));
        else others.push(equality(wanted, fold));
      }
      const isText = text((candidate) => texts.has(candidate));
      return (candidate) => isText(candidate) || others.some((test) => test(candidate));
    }
    case "gt":
    case "lt":
    case "gte":
    case "lte":
      return ordering(operator, value as string | number);
    case "contains": {
      if (typeof value !== "string") return equality(value, fold);
      const part = fold(value);
      return text((candidate) => candidate.includes(part));
    }
    case "starts_with": {
      const start = fold(value as string);
      return text((candidate) => candidate.startsWith(start));
    }
    case "ends_with": {
      const end = fold(value as string);
      return text((candidate) => candidate.endsWith(end));
    }
    case "regex": {
      const pattern = compilePattern(value as string, !caseSensitive);
      return (candidate) => typeof candidate === "string" && pattern(candidate);
    }
    case "text": {
      const terms = words(fold(value as string));
      return text((candidate) => {
        const present = new Set(words(candidate));
        return terms.every((term) => present.has(term));
      });
    }
    case "phrase": {
      const phrase = ` ${words(fold(value as string)).join(" ")} `;
      return text((candidate) => ` ${words(candidate).join(" ")} `.includes(phrase));
    }
    case "exists":
    case "is_null":
      throw new Error(`${operator} looks at the path, not at a value`);
  }
}

/** Runs of letters and digits, of any script. */
export const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

function equality(wanted: unknown, fold: (text: string) => string): Test {
  if (typeof wanted === "string") {
    const folded = fold(wanted);
    return (candidate) => typeof candidate === "string" && fold(candidate) === folded;
  }
  if (typeof wanted === "object" && wanted !== null) return (candidate) => sameJson(candidate, wanted, fold);
  return (candidate) => candidate === wanted;
}

function sameJson(a: unknown, b: unknown, fold: (text: string) => string): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => sameJson(value, b[i], fold));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key], fold))
    );
  }
  return typeof a === "string" && typeof b === "string" ? fold(a) === fold(b) : a === b;
}

function ordering(operator: "gt" | "lt" | "gte" | "lte", bound: string | number): Test {
  const holds = {
    gt: (order: number) => order > 0,
    lt: (order: number) => order < 0,
    gte: (order: number) => order >= 0,
    lte: (order: number) => order <= 0,
  }[operator];
  if (typeof bound === "number") return (candidate) => typeof candidate === "number" && holds(candidate - bound);
  return (candidate) => typeof candidate === "string" && holds(compareText(candidate, bound));
}

/** Order by code point, which is SQLite's order of UTF-8 bytes; JavaScript's `<` orders by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // A surrogate stands for a code point above every other unit's.
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
