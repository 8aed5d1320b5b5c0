import { z } from "@hono/zod-openapi";
import { operation } from "../../operation";

export const docsOperation = operation(
  {
    id: "docs",
    method: "get",
    path: "/docs",
    tag: "System",
    summary: "The API reference, for reading",
    access: { scope: null, namespaced: false },
    answer: { description: "An HTML page.", schema: z.string(), type: "text/html" },
    errors: [413, 503],
  },
  (c) => c.env.ASSETS.fetch(new URL("/docs.html", c.req.url)),
);
