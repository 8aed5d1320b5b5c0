import { z } from "@hono/zod-openapi";
import { deleteWebhook } from "../../../db/webhooks";
import { services } from "../../context";
import { operation } from "../../operation";
import { requireWebhook } from "./find";
import { WebhookParams } from "./schemas";

export const deleteWebhookOperation = operation(
  {
    id: "delete_webhook",
    method: "delete",
    path: "/v1/organizations/webhooks/{webhook_id}",
    tag: "Webhooks",
    summary: "Delete a webhook",
    description: "Its log goes too, and nothing more is delivered.",
    access: { scope: "admin", namespaced: false },
    params: WebhookParams,
    answer: { status: 204, description: "Deleted.", schema: z.null() },
  },
  async (c, { params }) => {
    const { id } = await requireWebhook(c, params.webhook_id);
    await deleteWebhook(services(c).db, id);
    return null;
  },
);
