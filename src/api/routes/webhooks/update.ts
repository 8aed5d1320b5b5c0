import { replaceWebhook } from "../../../db/webhooks";
import { services } from "../../context";
import { operation } from "../../operation";
import { requireWebhook } from "./find";
import { WEBHOOK_EXAMPLE, WEBHOOK_REQUEST_EXAMPLE, WebhookParams, WebhookRequest, WebhookResponse } from "./schemas";
import { settleWebhook } from "./settle";

export const updateWebhookOperation = operation(
  {
    id: "update_webhook",
    method: "put",
    path: "/v1/organizations/webhooks/{webhook_id}",
    tag: "Webhooks",
    summary: "Replace a webhook",
    description:
      "Id, secret and namespaces stay. One that Shoal stopped goes on again, with its failures forgotten, unless `is_active` is false. " +
      "Deliveries under way use the new channels.",
    access: { scope: "admin", namespaced: false },
    params: WebhookParams,
    body: { schema: WebhookRequest, required: true, example: WEBHOOK_REQUEST_EXAMPLE },
    answer: { description: "The webhook.", schema: WebhookResponse, example: WEBHOOK_EXAMPLE },
  },
  async (c, { params, body, warnings }) => {
    const { doc } = await requireWebhook(c, params.webhook_id);
    const settled = settleWebhook(c, body);
    warnings.push(...settled.warnings);
    return replaceWebhook(services(c).db, c.env, doc, settled.given);
  },
);
