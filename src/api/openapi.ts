/** The OpenAPI 3.1 document, generated from the operations' own schemas. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { version } from "../../package.json";
import type { AppEnv } from "./context";
import { operations } from "./routes";
import { TAGS } from "./tags";

let document: object | null = null;

export function openApiDocument(): object {
  document ??= build();
  return document;
}

function build(): object {
  const app = new OpenAPIHono<AppEnv>();
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "An API key: `Authorization: Bearer sk_…`.",
  });
  for (const operation of operations) operation.register(app);
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Shoal",
      version,
      description: "Clustering for embeddings: define a grouping over collections, run it, read the groups.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/", description: "This deployment." }],
    security: [{ bearer: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  });
}
