/** The only place that renders an error: the envelope of every failure, and beside it the field list of a 422. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { type FieldIssue, ShoalError } from "../domain/errors";
import type { AppEnv } from "./context";

type ZodIssue = z.core.$ZodIssue;

export function renderError(error: unknown, c: Context<AppEnv>): Response {
  const known = toShoalError(error);
  if (known === null) {
    const requestId = c.get("requestId");
    console.error(JSON.stringify({ requestId, method: c.req.method, path: c.req.path, error: describe(error) }));
    return renderError(
      new ShoalError("internal_error", `Something went wrong on our side. Quote request ${requestId}.`, {
        request_id: requestId,
      }),
      c,
    );
  }
  const retryAfter = known.details?.retry_after_seconds;
  if (typeof retryAfter === "number") c.header("Retry-After", String(retryAfter));
  if (known.status === 401) c.header("WWW-Authenticate", "Bearer");
  return c.json(errorBody(known), known.status as ContentfulStatusCode);
}

/** The body of an error answer. A 422 holds both published forms at once: the envelope and `detail`. */
export function errorBody(error: ShoalError) {
  const { status, type, code, message, details } = error;
  const envelope = { success: false as const, status, error: { message, type, code, details } };
  if (status !== 422) return envelope;
  const issues = error.issues.length > 0 ? error.issues : [{ loc: ["body"], msg: message, type: code }];
  const validation_errors = issues.map(({ loc, msg, type }) => ({ type, location: loc, message: msg }));
  return {
    ...envelope,
    error: { ...envelope.error, details: { ...details, validation_errors } },
    detail: issues,
  };
}

/** Collects what a schema refused into one 422, naming where, the value and the limit. */
export function validationError(issues: FieldIssue[]): ShoalError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  const where = first?.loc.join(".") ?? "request";
  return new ShoalError("validation_failed", `${where}: ${first?.msg ?? "is not valid"}${more}`, null, issues);
}

/**
 * Zod's issues as `{loc, msg, type}`.
 *
 * @param place first element of every `loc`: `path`, `query`, `header` or `body`
 * @param input the refused value, for naming what arrived
 */
export function fieldIssues(issues: readonly ZodIssue[], place: string, input: unknown): FieldIssue[] {
  return issues.flatMap((issue) => {
    const loc = [place, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
    const value = valueAt(input, issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ loc: [...loc, key], msg: "is not a known field", type: "extra_forbidden" }));
    }
    return [{ loc, msg: `${expectation(issue, value)}${got(value, place)}`, type: issueType(issue, value) }];
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
      return "does not match any of the accepted forms";
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
function got(value: unknown, place: string): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return `, got an array of ${value.length}`;
  if (value !== null && typeof value === "object") return ", got an object";
  // Outside a body everything is text: quotation marks would say nothing.
  const text = place === "body" ? JSON.stringify(value) : String(value);
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

function toShoalError(error: unknown): ShoalError | null {
  if (error instanceof ShoalError) return error.code === "internal_error" && !error.details ? null : error;
  if (error instanceof HTTPException && error.status < 500) return new ShoalError("bad_request", error.message);
  return null;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
