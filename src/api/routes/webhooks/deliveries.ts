import { z } from "@hono/zod-openapi";
import { deliveriesOf } from "../../../db/webhook-deliveries";
import { DELIVERY_STATUSES, type DeliveryDoc } from "../../../webhooks/model";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { ListQuery, PAGINATION_EXAMPLE } from "../../schemas/list";
import { requireWebhook } from "./find";
import { DELIVERY_EXAMPLE, ListDeliveriesResponse, WebhookParams } from "./schemas";

const DeliveriesQuery = ListQuery.extend({
  status: z.enum(DELIVERY_STATUSES).optional(),
  event_type: z.string().max(100).optional(),
});

export const listDeliveriesOperation = operation(
  {
    id: "list_webhook_deliveries",
    method: "get",
    path: "/v1/organizations/webhooks/{webhook_id}/deliveries",
    tag: "Webhooks",
    summary: "List a webhook's deliveries",
    description: "Newest first, each with its attempts. Deliveries are kept for 30 days.",
    access: { scope: "admin", namespaced: false },
    params: WebhookParams,
    query: DeliveriesQuery,
    answer: {
      description: "A page of the log.",
      schema: ListDeliveriesResponse,
      example: { results: [DELIVERY_EXAMPLE], pagination: PAGINATION_EXAMPLE, total: 1 },
    },
  },
  async (c, { params, query }) => {
    const { id } = await requireWebhook(c, params.webhook_id);
    const of = deliveriesOf(id);
    const wanted = (["status", "event_type"] as const).filter((field) => query[field]);
    const scope = {
      sql: [of.sql, ...wanted.map((field) => `json_extract(doc, '$.${field}') = ?`)].join(" AND "),
      params: [...of.params, ...wanted.map((field) => query[field] as string)],
    };
    const page = await listResources<DeliveryDoc>(c, "webhook_deliveries", scope, query, {});
    return { results: page.docs, pagination: page.pagination, total: page.total };
  },
);
