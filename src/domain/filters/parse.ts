/**
 * Reads every spelling of a filter that clients send into one `Filter`:
 * `{"AND": […], "OR": …, "NOT": {…}}`, shorthand equality `{"metadata.title": "x"}`, leaves
 * `{"field", "operator", "value", "case_sensitive"}`, `{"operator": "AND", "conditions": […]}` with symbols as operators,
 * and `{"must": […], "should": […], "must_not": […]}` with `key` and `match`, `range` or `value`.
 */
import { type ErrorCode, ShoalError } from "../errors";
import { FILTER_OPERATORS, type Filter, type FilterOperator } from "./model";
import { isObject } from "./path";
import { parsePattern } from "./regex";

export const MAX_DEPTH = 10;
export const MAX_LEAVES = 200;
export const MAX_LIST = 10_000;
export const MAX_TEXT = 10_000;

type Loc = (string | number)[];

const SYMBOLS: Record<string, FilterOperator> = {
  "=": "eq",
  "==": "eq",
  "!=": "ne",
  "<>": "ne",
  ">": "gt",
  "<": "lt",
  ">=": "gte",
  "<=": "lte",
  not_in: "nin",
};
const LOGICAL = { AND: "and", OR: "or", NOT: "not", must: "and", should: "or", must_not: "not" } as const;
const LEAF_KEYS = new Set(["field", "operator", "value"]);
const TEXT_OPERATORS = new Set<FilterOperator>(["starts_with", "ends_with", "regex", "text", "phrase"]);
const ORDER_OPERATORS = new Set<FilterOperator>(["gt", "lt", "gte", "lte"]);
const FLAG_OPERATORS = new Set<FilterOperator>(["exists", "is_null"]);

/**
 * The filter of a request, or null when it is absent or says nothing.
 * @throws ShoalError `invalid_filter`, its issue located below `loc`.
 */
export function parseFilter(input: unknown, loc: Loc = ["body", "filters"]): Filter | null {
  if (input === null || input === undefined) return null;
  return new Parser().group(input, loc, 1, false);
}

class Parser {
  #leaves = 0;

  /** An object with logical keys, a leaf, shorthand keys, or a mixture of them: everything that it says must hold. */
  group(input: unknown, loc: Loc, depth: number, inherited: boolean): Filter | null {
    if (!isObject(input)) throw refuse(loc, `a filter must be an object, not ${describe(input)}`);
    if (depth > MAX_DEPTH) throw refuse(loc, `filters nest at most ${MAX_DEPTH} levels deep`);
    const caseSensitive = flag(input, loc, inherited);
    if (Array.isArray(input.conditions)) return this.#conditions(input, loc, depth, caseSensitive);
    if ("key" in input && ["match", "range", "value"].some((name) => name in input)) {
      return this.#keyed(input, loc, caseSensitive);
    }
    const isLeaf = "field" in input && ("value" in input || "operator" in input || typeof input.field === "string");
    const parts: Filter[] = isLeaf ? [this.#leaf(input, loc, caseSensitive)] : [];
    for (const [key, value] of Object.entries(input)) {
      if (key === "case_sensitive" || (isLeaf && LEAF_KEYS.has(key))) continue;
      if (Object.hasOwn(LOGICAL, key)) {
        // Generated clients send the operators that they do not use as null.
        if (value === null || value === undefined) continue;
        const of = this.#list(value, [...loc, key], depth, caseSensitive);
        if (of.length > 0) parts.push({ kind: LOGICAL[key as keyof typeof LOGICAL], of });
      } else if (isLeaf) {
        throw refuse([...loc, key], `unknown key '${key}' beside 'field', 'operator' and 'value'`);
      } else {
        parts.push(this.#make(key, "eq", value, caseSensitive, [...loc, key]));
      }
    }
    return join(parts);
  }

  /** The members of a logical operator: an array, or a single object. */
  #list(input: unknown, loc: Loc, depth: number, caseSensitive: boolean): Filter[] {
    const members = Array.isArray(input) ? input : [input];
    const filters = members.map((member, i) =>
      this.group(member, Array.isArray(input) ? [...loc, i] : loc, depth + 1, caseSensitive),
    );
    return filters.filter((filter) => filter !== null);
  }

  #conditions(input: Record<string, unknown>, loc: Loc, depth: number, caseSensitive: boolean): Filter | null {
    const operator = String(input.operator ?? "AND").toUpperCase();
    if (operator !== "AND" && operator !== "OR" && operator !== "NOT") {
      throw refuse([...loc, "operator"], `'operator' beside 'conditions' must be AND, OR or NOT, not '${operator}'`);
    }
    const of = this.#list(input.conditions, [...loc, "conditions"], depth, caseSensitive);
    return of.length === 0 ? null : { kind: LOGICAL[operator], of };
  }

  #leaf(input: Record<string, unknown>, loc: Loc, caseSensitive: boolean): Filter {
    const field = input.field;
    if (typeof field !== "string") throw refuse([...loc, "field"], `'field' must be a string, not ${describe(field)}`);
    const operator = parseOperator(input.operator ?? "eq", [...loc, "operator"]);
    if (!("value" in input) && !FLAG_OPERATORS.has(operator)) {
      throw refuse([...loc, "value"], `operator '${operator}' on '${field}' needs a 'value'`);
    }
    return this.#make(field, operator, input.value, caseSensitive, [...loc, "value"]);
  }

  /** `{"key", "match": {"value" | "any" | "except" | "text"}}`, `{"key", "range": {…}}` or `{"key", "value"}`. */
  #keyed(input: Record<string, unknown>, loc: Loc, caseSensitive: boolean): Filter {
    const { key, match, range } = input;
    if (typeof key !== "string") throw refuse([...loc, "key"], `'key' must be a string, not ${describe(key)}`);
    const wanted: [FilterOperator, unknown][] = [];
    if ("value" in input) wanted.push(["eq", input.value]);
    if (isObject(match)) {
      const names = { value: "eq", any: "in", except: "nin", text: "text" } as const;
      for (const [name, value] of Object.entries(match)) {
        if (!Object.hasOwn(names, name)) throw refuse([...loc, "match"], `'match.${name}' is not available`);
        wanted.push([names[name as keyof typeof names], value]);
      }
    }
    if (isObject(range)) {
      for (const [name, value] of Object.entries(range)) {
        if (value !== null) wanted.push([parseOperator(name, [...loc, "range", name]), value]);
      }
    }
    const parts = wanted.map(([operator, value]) => this.#make(key, operator, value, caseSensitive, loc));
    const whole = join(parts);
    if (whole === null) throw refuse(loc, `the condition on '${key}' compares with nothing`);
    return whole;
  }

  #make(field: string, operator: FilterOperator, value: unknown, caseSensitive: boolean, loc: Loc): Filter {
    this.#leaves += 1;
    if (this.#leaves > MAX_LEAVES) throw refuse(loc, `a filter has at most ${MAX_LEAVES} conditions`);
    if (field === "" || field.length > 512) throw refuse(loc, "a field name has 1 to 512 characters");
    checkValue(field, operator, value, caseSensitive, loc);
    const kept = FLAG_OPERATORS.has(operator) ? (value ?? true) : value;
    return { kind: "leaf", field, operator, value: kept, caseSensitive };
  }
}

function checkValue(field: string, operator: FilterOperator, value: unknown, caseSensitive: boolean, loc: Loc): void {
  const say = (what: string) => refuse(loc, `operator '${operator}' on '${field}' ${what}, not ${describe(value)}`);
  if (isObject(value) && value.type === "dynamic" && "field" in value) {
    throw refuse(loc, `'${field}' is compared with a dynamic value, which only retrievers resolve; give a constant`);
  }
  if (FLAG_OPERATORS.has(operator)) {
    if (value !== undefined && value !== null && typeof value !== "boolean") throw say("takes true or false");
  } else if (operator === "in" || operator === "nin") {
    if (!Array.isArray(value)) throw say("takes an array");
    if (value.length > MAX_LIST)
      throw refuse(loc, `'${operator}' takes at most ${MAX_LIST} values, not ${value.length}`);
  } else if (ORDER_OPERATORS.has(operator)) {
    if (typeof value !== "string" && !Number.isFinite(value)) throw say("takes a number or a string");
  } else if (TEXT_OPERATORS.has(operator)) {
    if (typeof value !== "string") throw say("takes a string");
  } else if (operator === "contains" && (value === null || typeof value === "object" || value === undefined)) {
    throw say("takes a string, a number or a boolean");
  } else if (value === undefined) {
    throw say("needs a value");
  }
  for (const text of Array.isArray(value) ? value : [value]) {
    if (typeof text !== "string") continue;
    if (text.length > MAX_TEXT) throw refuse(loc, `a text in a filter has at most ${MAX_TEXT} characters`);
    if (!text.isWellFormed() || text.includes("\0")) {
      throw refuse(loc, `the text compared with '${field}' holds NUL or half a surrogate pair`);
    }
  }
  if (operator === "regex") {
    try {
      parsePattern(value as string, !caseSensitive);
    } catch (error) {
      throw refuse(loc, `regex on '${field}': ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function parseOperator(input: unknown, loc: Loc): FilterOperator {
  const name = typeof input === "string" ? input.toLowerCase() : "";
  const operator = SYMBOLS[name] ?? FILTER_OPERATORS.find((known) => known === name);
  if (operator) return operator;
  throw refuse(loc, `unknown operator ${describe(input)}; use one of ${FILTER_OPERATORS.join(", ")}`);
}

function flag(input: Record<string, unknown>, loc: Loc, inherited: boolean): boolean {
  const value = input.case_sensitive;
  if (value === undefined || value === null) return inherited;
  if (typeof value !== "boolean") throw refuse([...loc, "case_sensitive"], "'case_sensitive' must be true or false");
  // Clients repeat the default `false` on every leaf: it does not undo a `true` further up.
  return value || inherited;
}

function join(parts: Filter[]): Filter | null {
  if (parts.length === 0) return null;
  return parts.length === 1 ? parts[0]! : { kind: "and", of: parts };
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function refuse(loc: Loc, message: string): ShoalError {
  const code: ErrorCode = "invalid_filter";
  return new ShoalError(code, `Invalid filter: ${message}`, { loc }, [{ loc, msg: message, type: code }]);
}
