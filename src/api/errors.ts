/** The only place that renders an error: the envelope of every failure, and beside it the field list of a 422. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ShoalError } from "../domain/errors";
import type { AppEnv } from "./context";

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
