/** Zod's findings in the words of an answer: the field, its value and its limit. */
import type { z } from "zod";
import { type FieldIssue, ShoalError } from "../errors";
import type { Warning } from "./model";

export type Loc = (string | number)[];

/** Parses `input`, or throws a 422 whose issues start at `loc`. */
export function parseAt<S extends z.ZodType>(schema: S, input: unknown, loc: Loc): z.output<S> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw invalid(result.error.issues.map((issue) => fieldIssue(issue, loc)));
}

/** The 422 of one or more issues; its message is the first one's. */
export function invalid(issues: FieldIssue[]): ShoalError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new ShoalError(
    "validation_failed",
    first ? `${first.loc.join(".")}: ${first.msg}${more}` : "The request is not valid.",
    { fields: issues.map((issue) => issue.loc.join(".")) },
    issues,
  );
}

export function fieldIssue(issue: z.core.$ZodIssue, loc: Loc): FieldIssue {
  const at = [...loc, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  if (issue.input === undefined) return { loc: at, msg: "is required", type: "missing" };
  return { loc: at, msg: `${expectation(issue)}, got ${show(issue.input)}`, type: issue.code };
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be of type ${issue.expected}`;
    case "too_big":
      return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${UNITS[issue.origin] ?? ""}`;
    case "too_small":
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${UNITS[issue.origin] ?? ""}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(show).join(", ")}`;
    default:
      return issue.message;
  }
}

const UNITS: Record<string, string> = { string: " characters", array: " items" };

/** A value as an error message shows it: JSON, cut after 60 characters. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** One warning for every key of `input` that `schema` does not name, in nested objects and arrays too. */
export function unknownFields(schema: z.ZodType, input: unknown, loc: Loc): Warning[] {
  const type = unwrap(schema);
  if (Array.isArray(input)) {
    const element = (type.def as { element?: z.ZodType }).element;
    return element ? input.flatMap((item, index) => unknownFields(element, item, [...loc, index])) : [];
  }
  const shape = (type.def as { shape?: Record<string, z.ZodType> }).shape;
  if (!shape || !isObject(input)) return [];
  return Object.entries(input).flatMap(([key, value]) => {
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return field
      ? unknownFields(field, value, [...loc, key])
      : [{ loc: [...loc, key], msg: "unknown field; it has no effect" }];
  });
}

/** The schema below optional, nullable and default wrappers. */
function unwrap(schema: z.ZodType): z.ZodType {
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return innerType ? unwrap(innerType) : schema;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
