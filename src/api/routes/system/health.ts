import { z } from "@hono/zod-openapi";
import { version } from "../../../../package.json";
import { operation } from "../../operation";

const HealthResponse = z
  .object({ status: z.literal("ok"), version: z.string(), environment: z.string() })
  .openapi("HealthResponse");

export const healthOperation = operation(
  {
    id: "health",
    method: "get",
    path: "/health",
    tag: "System",
    summary: "Is the service up",
    access: { scope: null, namespaced: false },
    answer: {
      description: "It is.",
      schema: HealthResponse,
      example: { status: "ok", version: "0.1.0", environment: "production" },
    },
    errors: [413],
  },
  async (c) => ({ status: "ok" as const, version, environment: c.env.ENVIRONMENT }),
);
