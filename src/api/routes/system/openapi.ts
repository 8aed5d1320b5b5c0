import { openApiDocument } from "../../openapi";
import { operation } from "../../operation";
import { JsonObject } from "../../schemas/common";

export const openApiOperation = operation(
  {
    id: "openapi",
    method: "get",
    path: "/openapi.json",
    tag: "System",
    summary: "This API as an OpenAPI 3.1 document",
    access: { scope: null, namespaced: false },
    answer: { description: "The document.", schema: JsonObject, example: { openapi: "3.1.0" } },
    errors: [413, 503],
  },
  async (c) => c.json(openApiDocument()),
);
