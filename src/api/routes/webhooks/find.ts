import { findWebhook, type WebhookRow } from "../../../db/webhooks";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";

/** The webhook, or a 404 where it hears of a namespace that the key may not see. */
export async function requireWebhook(c: AppContext, id: string): Promise<WebhookRow> {
  const row = await findWebhook(services(c).db, id);
  const visible = c.var.auth.namespaces;
  if (row && (visible === null || row.doc.namespaces?.every((namespace) => visible.includes(namespace)))) return row;
  throw new ShoalError("webhook_not_found", `There is no webhook "${id}".`, { resource: "webhook", id });
}
