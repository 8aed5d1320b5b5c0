import { openWebhook } from "../../../webhooks/sealed";
import { operation } from "../../operation";
import { requireWebhook } from "./find";
import { WEBHOOK_EXAMPLE, WebhookParams, WebhookResponse } from "./schemas";

export const getWebhookOperation = operation(
  {
    id: "get_webhook",
    method: "get",
    path: "/v1/organizations/webhooks/{webhook_id}",
    tag: "Webhooks",
    summary: "Get a webhook",
    access: { scope: "admin", namespaced: false },
    params: WebhookParams,
    answer: { description: "The webhook, without its secret.", schema: WebhookResponse, example: WEBHOOK_EXAMPLE },
  },
  async (c, { params }) => openWebhook(c.env, (await requireWebhook(c, params.webhook_id)).doc),
);
