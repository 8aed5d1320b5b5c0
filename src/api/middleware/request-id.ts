import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context";

const ACCEPTED = /^[\w.:-]{1,128}$/;

/** Takes the caller's X-Request-Id where it is safe to log, makes one otherwise, and returns it on every answer. */
export const requestId: MiddlewareHandler<AppEnv> = async (c, next) => {
  const given = c.req.header("x-request-id") ?? "";
  const id = ACCEPTED.test(given) ? given : crypto.randomUUID();
  c.set("requestId", id);
  await next();
  c.header("X-Request-Id", id);
};
