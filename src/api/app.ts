/** The HTTP application: what runs around every operation, and the operations. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { ShoalError } from "../domain/errors";
import type { AppEnv } from "./context";
import { renderError } from "./errors";
import { configured } from "./middleware/configured";
import { requestId } from "./middleware/request-id";
import { operations } from "./routes";

export function createApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ strict: false });
  app.onError(renderError);
  app.notFound((c) =>
    renderError(new ShoalError("route_not_found", `There is no operation ${c.req.method} ${c.req.path}.`), c),
  );
  app.use(requestId, configured);
  for (const operation of operations) operation.register(app);
  return app;
}
