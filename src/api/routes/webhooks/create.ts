import { countWebhooks, createWebhook } from "../../../db/webhooks";
import { validationError } from "../../../domain/issues";
import { services } from "../../context";
import { operation } from "../../operation";
import { WEBHOOK_EXAMPLE, WEBHOOK_REQUEST_EXAMPLE, WebhookRequest, WebhookWithSecret } from "./schemas";
import { settleWebhook } from "./settle";

/** Every event asks all of them. */
const MAX_WEBHOOKS = 100;

export const createWebhookOperation = operation(
  {
    id: "create_webhook",
    method: "post",
    path: "/v1/organizations/webhooks",
    tag: "Webhooks",
    summary: "Create a webhook",
    description:
      "Hears of the events of every namespace that the key may see. The secret that signs its deliveries is in this answer and " +
      "never again. Addresses must be https and public.",
    access: { scope: "admin", namespaced: false },
    body: { schema: WebhookRequest, required: true, example: WEBHOOK_REQUEST_EXAMPLE },
    answer: {
      status: 201,
      description: "The webhook with its secret.",
      schema: WebhookWithSecret,
      example: { ...WEBHOOK_EXAMPLE, secret: "whsec_…" },
    },
  },
  async (c, { body, warnings }) => {
    const { db } = services(c);
    const settled = settleWebhook(c, body);
    warnings.push(...settled.warnings);
    if ((await countWebhooks(db)) >= MAX_WEBHOOKS) {
      throw validationError([
        { loc: ["body"], msg: `there are ${MAX_WEBHOOKS} webhooks, the most there may be`, type: "too_many" },
      ]);
    }
    const { doc, secret } = await createWebhook(db, c.env, settled.given, c.var.auth.namespaces);
    return { ...doc, secret };
  },
);
