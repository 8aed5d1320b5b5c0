import { z } from "@hono/zod-openapi";
import { type TemplateDoc, visibleTemplates } from "../../../db/templates";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { ListQuery } from "../../schemas/list";
import { viewerOf } from "./find";
import { ListTemplatesRequest, TEMPLATE_EXAMPLE, TemplateResponse } from "./schemas";

const ListTemplatesResponse = z
  .object({
    results: z.array(TemplateResponse),
    total_count: z.int(),
    next_cursor: z.string().nullable().openapi({ description: "`cursor` of the next page; null on the last." }),
  })
  .openapi("ListTemplatesResponse");

export const listTemplatesOperation = operation(
  {
    id: "list_cluster_templates",
    method: "post",
    path: "/v1/templates/clusters",
    tag: "Templates",
    summary: "List cluster templates",
    description: "Newest first unless sorted otherwise: those of the namespaces that the key may see, and public ones.",
    access: { scope: "read", namespaced: true },
    query: ListQuery,
    body: { schema: ListTemplatesRequest, example: { category: "text", tags: ["hdbscan"] } },
    answer: {
      description: "A page of templates.",
      schema: ListTemplatesResponse,
      example: { results: [TEMPLATE_EXAMPLE], total_count: 1, next_cursor: null },
    },
  },
  async (c, { query, body }) => {
    const scope = visibleTemplates(viewerOf(c));
    const conditions = [scope.sql];
    const params = [...scope.params];
    const where = (sql: string, value: string | number) => {
      conditions.push(sql);
      params.push(value);
    };
    if (body.scope) where("json_extract(doc, '$.scope') = ?", body.scope);
    if (body.category) where("json_extract(doc, '$.category') = ?", body.category);
    if (typeof body.is_active === "boolean") where("json_extract(doc, '$.is_active') = ?", Number(body.is_active));
    for (const tag of body.tags ?? []) {
      where("EXISTS (SELECT 1 FROM json_each(doc, '$.tags') WHERE value = ?)", tag);
    }
    const page = await listResources<TemplateDoc>(
      c,
      "templates",
      { sql: conditions.join(" AND "), params },
      query,
      body,
    );
    return { results: page.docs, total_count: page.total, next_cursor: page.nextCursor };
  },
);
