import { rotateSecret } from "../../../db/webhooks";
import { ShoalError } from "../../../domain/errors";
import { openWebhook } from "../../../webhooks/sealed";
import { services } from "../../context";
import { operation } from "../../operation";
import { Timestamp } from "../../schemas/common";
import { requireWebhook } from "./find";
import { WEBHOOK_EXAMPLE, WebhookParams, WebhookWithSecret } from "./schemas";

const RotatedWebhook = WebhookWithSecret.extend({ previous_secret_valid_until: Timestamp }).openapi("RotatedWebhook");

export const rotateSecretOperation = operation(
  {
    id: "rotate_webhook_secret",
    method: "post",
    path: "/v1/organizations/webhooks/{webhook_id}/rotate-secret",
    tag: "Webhooks",
    summary: "Give a webhook a new secret",
    description:
      "For 24 hours deliveries carry two signatures, of the new secret and of the one before it, so that receivers can change over. " +
      "The new secret is in this answer and never again.",
    access: { scope: "admin", namespaced: false },
    params: WebhookParams,
    answer: {
      description: "The webhook with its new secret.",
      schema: RotatedWebhook,
      example: { ...WEBHOOK_EXAMPLE, secret: "whsec_…", previous_secret_valid_until: "2026-11-22T13:20:40.122000Z" },
    },
  },
  async (c, { params }) => {
    const { id, doc } = await requireWebhook(c, params.webhook_id);
    // Opened first: the new secret is shown once, and must not be lost to what cannot be shown.
    const { channels } = await openWebhook(c.env, doc);
    const rotated = await rotateSecret(services(c).db, c.env, id, Date.now());
    if (!rotated)
      throw new ShoalError("webhook_not_found", `There is no webhook "${id}".`, { resource: "webhook", id });
    return {
      ...rotated.doc,
      channels,
      secret: rotated.secret,
      previous_secret_valid_until: rotated.previousValidUntil,
    };
  },
);
