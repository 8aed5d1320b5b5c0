import { createWebhookOperation } from "./create";
import { deleteWebhookOperation } from "./delete";
import { listDeliveriesOperation } from "./deliveries";
import { getWebhookOperation } from "./get";
import { listWebhooksOperation } from "./list";
import { replayDeliveryOperation } from "./replay";
import { rotateSecretOperation } from "./rotate-secret";
import { testWebhookOperation } from "./test";
import { updateWebhookOperation } from "./update";

export const webhookOperations = [
  createWebhookOperation,
  listWebhooksOperation,
  getWebhookOperation,
  updateWebhookOperation,
  deleteWebhookOperation,
  rotateSecretOperation,
  testWebhookOperation,
  listDeliveriesOperation,
  replayDeliveryOperation,
];
