import { findDelivery } from "../../../db/webhook-deliveries";
import { ShoalError } from "../../../domain/errors";
import { validationError } from "../../../domain/issues";
import { sendNow } from "../../../webhooks/send";
import { services } from "../../context";
import { operation } from "../../operation";
import { requireWebhook } from "./find";
import { DELIVERY_EXAMPLE, DeliveryParams, DeliveryResponse } from "./schemas";

export const replayDeliveryOperation = operation(
  {
    id: "replay_webhook_delivery",
    method: "post",
    path: "/v1/organizations/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    tag: "Webhooks",
    summary: "Deliver an event again",
    description: "The same event, under the same event id and signed anew, to the channel as it is now.",
    access: { scope: "admin", namespaced: false },
    params: DeliveryParams,
    answer: {
      status: 202,
      description: "The new delivery, not yet made.",
      schema: DeliveryResponse,
      example: { ...DELIVERY_EXAMPLE, status: "pending", attempts: [], replay_of: "del_mi8l2k4q0d7v1c9x5z3a" },
    },
    errors: [422],
  },
  async (c, { params }) => {
    const { doc } = await requireWebhook(c, params.webhook_id);
    const { delivery_id: id } = params;
    const found = await findDelivery(services(c).db, doc.webhook_id, id);
    if (!found)
      throw new ShoalError("delivery_not_found", `There is no delivery "${id}".`, { resource: "delivery", id });
    const { channel_index: index } = found.doc;
    if (!doc.channels[index]) {
      const msg = `it went to channel ${index}; the webhook now has ${doc.channels.length}`;
      throw validationError([{ loc: ["path", "delivery_id"], msg, type: "channel_gone" }]);
    }
    const [delivery] = await sendNow(c.env, doc, found.event, [{ index, replayOf: id }]);
    return delivery as NonNullable<typeof delivery>;
  },
);
