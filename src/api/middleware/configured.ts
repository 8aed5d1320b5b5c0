import type { MiddlewareHandler } from "hono";
import { ShoalError } from "../../domain/errors";
import { isLocal, LOCAL_ROOT_KEY } from "../../env";
import type { AppEnv } from "../context";

/**
 * A deployment without its own root key would be open to whoever read the example configuration: it answers nothing but
 * `/health`.
 */
export const configured: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { SHOAL_ROOT_KEY: key } = c.env;
  if (c.req.path !== "/health" && !isLocal(c.env) && (!key || key === LOCAL_ROOT_KEY)) {
    throw new ShoalError(
      "not_configured",
      "This deployment has no root key of its own: set it with `wrangler secret put SHOAL_ROOT_KEY`.",
    );
  }
  await next();
};
