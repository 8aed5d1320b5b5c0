import { z } from "@hono/zod-openapi";
import { timestamp } from "../../../db/time";
import { newId } from "../../../domain/ids";
import { PING } from "../../../webhooks/model";
import { sendNow } from "../../../webhooks/send";
import { operation } from "../../operation";
import { requireWebhook } from "./find";
import { DELIVERY_EXAMPLE, DeliveryResponse, WebhookParams } from "./schemas";

const TestResponse = z
  .object({ event_id: z.string(), deliveries: z.array(DeliveryResponse) })
  .openapi("TestWebhookResponse");

export const testWebhookOperation = operation(
  {
    id: "test_webhook",
    method: "post",
    path: "/v1/organizations/webhooks/{webhook_id}/test",
    tag: "Webhooks",
    summary: "Send a ping",
    description:
      "Sends an event `webhook.ping` to every channel, active or not; the deliveries tell what became of it.",
    access: { scope: "admin", namespaced: false },
    params: WebhookParams,
    answer: {
      status: 202,
      description: "The deliveries, not yet made.",
      schema: TestResponse,
      example: {
        event_id: DELIVERY_EXAMPLE.event_id,
        deliveries: [{ ...DELIVERY_EXAMPLE, status: "pending", attempts: [] }],
      },
    },
  },
  async (c, { params }) => {
    const { doc } = await requireWebhook(c, params.webhook_id);
    const event = {
      id: newId("evt"),
      type: PING,
      namespaceId: null,
      occurredAt: timestamp(),
      subject: { type: "webhook", id: doc.webhook_id },
      metadata: { webhook_name: doc.webhook_name },
    } as const;
    const targets = doc.channels.map((_, index) => ({ index, replayOf: null }));
    return { event_id: event.id, deliveries: await sendNow(c.env, doc, event, targets) };
  },
);
