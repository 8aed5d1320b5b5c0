import { z } from "@hono/zod-openapi";
import { visibleWebhooks } from "../../../db/webhooks";
import { openWebhook, type StoredWebhook } from "../../../webhooks/sealed";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { ListBody, ListQuery, PAGINATION_EXAMPLE, Pagination } from "../../schemas/list";
import { EventType, WEBHOOK_EXAMPLE, WebhookResponse } from "./schemas";

const ListWebhooksRequest = ListBody.extend({
  event_type: EventType.nullish(),
  is_active: z.boolean().nullish(),
}).openapi("ListWebhooksRequest");

const ListWebhooksResponse = z
  .object({ results: z.array(WebhookResponse), pagination: Pagination, total: z.int() })
  .openapi("ListWebhooksResponse");

export const listWebhooksOperation = operation(
  {
    id: "list_webhooks",
    method: "post",
    path: "/v1/organizations/webhooks/list",
    tag: "Webhooks",
    summary: "List webhooks",
    description: "Newest first unless sorted otherwise; those of namespaces that the key may not see are left out.",
    access: { scope: "admin", namespaced: false },
    query: ListQuery,
    body: { schema: ListWebhooksRequest, example: { event_type: "cluster.execution.completed", is_active: true } },
    answer: {
      description: "A page of webhooks, without their secrets.",
      schema: ListWebhooksResponse,
      example: { results: [WEBHOOK_EXAMPLE], pagination: PAGINATION_EXAMPLE, total: 1 },
    },
  },
  async (c, { query, body }) => {
    const { sql, params } = visibleWebhooks(c.var.auth.namespaces);
    const conditions = [sql];
    const values = [...params];
    if (body.event_type) {
      conditions.push("EXISTS (SELECT 1 FROM json_each(doc, '$.event_types') WHERE value = ?)");
      values.push(body.event_type);
    }
    if (typeof body.is_active === "boolean") {
      conditions.push("is_active = ?");
      values.push(Number(body.is_active));
    }
    const scope = { sql: conditions.join(" AND "), params: values };
    const page = await listResources<StoredWebhook>(c, "webhooks", scope, query, body);
    const results = await Promise.all(page.docs.map((doc) => openWebhook(c.env, doc)));
    return { results, pagination: page.pagination, total: page.total };
  },
);
