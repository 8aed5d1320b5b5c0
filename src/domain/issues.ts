/** What a schema refuses or does not know, in the words of an answer: the place, the value and the limit. */
import type { z } from "zod";
import type { Warning } from "./definition/model";
import { type FieldIssue, ShoalError } from "./errors";

type ZodIssue = z.core.$ZodIssue;

/** A place in a request: `path`, `query`, `header` or `body`, then keys and indexes. */
export type Loc = (string | number)[];

/** Parses `input`, or throws a 422 whose issues start at `loc`. */
export function parseAt<S extends z.ZodType>(schema: S, input: unknown, loc: Loc): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw validationError(fieldIssues(result.error.issues, loc, input));
}

/** Collects what was refused into one 422; its message is the first issue's. */
export function validationError(issues: FieldIssue[]): ShoalError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  const where = first?.loc.join(".") ?? "request";
  return new ShoalError("validation_failed", `${where}: ${first?.msg ?? "is not valid"}${more}`, null, issues);
}

/**
 * Zod's issues as `{loc, msg, type}`.
 *
 * @param at where `input` stands in the request
 * @param input the refused value, for naming what arrived
 */
export function fieldIssues(issues: readonly ZodIssue[], at: Loc, input: unknown): FieldIssue[] {
  return issues.flatMap((issue) => {
    const loc = [...at, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
    const value = valueAt(input, issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ loc: [...loc, key], msg: "is not a known field", type: "extra_forbidden" }));
    }
    return [{ loc, msg: `${expectation(issue, value)}${got(value, at[0])}`, type: issueType(issue, value) }];
  });
}

function issueType(issue: ZodIssue, value: unknown): string {
  if (value === undefined && issue.code === "invalid_type") return "missing";
  return issue.code === "custom" ? "value_error" : issue.code;
}

function expectation(issue: ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return value === undefined ? `is required (${issue.expected})` : `must be of type ${issue.expected}`;
    case "too_big":
      return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unitOf(issue.origin)}`;
    case "too_small":
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin)}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map((v) => JSON.stringify(v)).join(", ")}`;
    case "invalid_union":
      // Zod's own words for a union say nothing; a schema's do.
      return issue.message === "Invalid input" ? "does not match any of the accepted forms" : issue.message;
    case "invalid_format":
      return `must match ${issue.pattern ?? issue.format}`;
    default:
      return issue.message;
  }
}

const unitOf = (origin: string): string =>
  origin === "string" ? " characters" : origin === "array" || origin === "set" ? " items" : "";

const SHOWN = 80;

/** `, got 5000`: the value where it is short and simple, its size where that is what was refused. */
function got(value: unknown, place: Loc[number] | undefined): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return `, got an array of ${value.length}`;
  if (value !== null && typeof value === "object") return ", got an object";
  // In a path, a query or a header everything is text: quotation marks would say nothing.
  const isText = place === "path" || place === "query" || place === "header";
  const text = isText ? String(value) : JSON.stringify(value);
  if (text.length <= SHOWN) return `, got ${text}`;
  return `, got ${text.slice(0, SHOWN)}… (${(value as string).length} characters)`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** One warning for every key of `input` that `schema` drops, in nested objects, arrays and alternatives too. */
export function unknownFields(schema: z.ZodType, input: unknown, loc: Loc): Warning[] {
  const { innerType, options, element, shape, catchall } = schema.def as {
    innerType?: z.ZodType;
    options?: z.ZodType[];
    element?: z.ZodType;
    shape?: Record<string, z.ZodType>;
    catchall?: z.ZodType;
  };
  if (innerType) return unknownFields(innerType, input, loc);
  if (options) {
    const taken = options.find((option) => option.safeParse(input).success);
    return taken ? unknownFields(taken, input, loc) : [];
  }
  if (element && Array.isArray(input)) {
    return input.flatMap((item, index) => unknownFields(element, item, [...loc, index]));
  }
  if (!shape || !isObject(input)) return [];
  return Object.entries(input).flatMap(([key, value]) => {
    const field = Object.hasOwn(shape, key) ? shape[key] : catchall;
    return field
      ? unknownFields(field, value, [...loc, key])
      : [{ loc: [...loc, key], msg: "unknown field; it has no effect" }];
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
