/** An event as each kind of channel sends it: address, headers, body. */
import { Webhook } from "standardwebhooks";
import { ShoalError } from "../domain/errors";
import type { Channel, DeliveredEvent, EmailConfig, SlackConfig } from "./model";
import { escapeHtml, escapeSlack, renderJson, renderText } from "./template";

/** An HTTP mail provider that speaks the JSON of Resend's `POST /emails`. https://resend.com/docs/api-reference/emails/send-email */
export interface EmailProvider {
  url: string;
  key: string;
  from: string;
}

export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
}

export interface Signing {
  deliveryId: string;
  /** `whsec_…`; two while the older one is still valid. */
  secrets: string[];
  /** Milliseconds since the epoch. */
  now: number;
  email: EmailProvider | null;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const AGENT = "Shoal-Webhooks/1";

/** What a receiver gets of an event unless a template says otherwise. */
export const payloadOf = ({ id, type, occurredAt, namespaceId, subject, metadata }: DeliveredEvent) => ({
  event_id: id,
  event_type: type,
  occurred_at: occurredAt,
  namespace_id: namespaceId,
  subject,
  metadata,
  // What a receiver that caches answers of the API has to forget.
  cache_scope: namespaceId === null ? { scope: "organization" } : { scope: "namespace", namespace_id: namespaceId },
});

/** @throws ShoalError `not_configured` for a mail without a provider */
export function messageOf(channel: Channel, event: DeliveredEvent, signing: Signing): Message {
  if (channel.channel === "slack") return slackMessage(channel.configs, event);
  if (channel.channel === "email") return emailMessage(channel.configs, event, signing);
  const { url, headers, payload_template, timeout } = channel.configs;
  const payload = payloadOf(event);
  const body = JSON.stringify(payload_template ? renderJson(payload_template, payload) : payload);
  return {
    url,
    // Signatures last: nobody's own header may stand in for them.
    headers: {
      "Content-Type": "application/json",
      "User-Agent": AGENT,
      ...headers,
      ...signatureOf(event.id, body, signing),
    },
    body,
    timeoutMs: timeout * 1000,
  };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function signatureOf(id: string, body: string, { secrets, now }: Signing): Record<string, string> {
  const at = new Date(now);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
}

/** One line for people. */
export function summaryOf({ type, subject, metadata }: DeliveredEvent): string {
  const { run_id, num_clusters, num_points, error } = metadata;
  if (type === "cluster.execution.completed")
    return `Clustering ${subject.id} finished: ${num_clusters} clusters of ${num_points} documents (${run_id})`;
  if (type === "cluster.execution.failed") return `Clustering ${subject.id} failed: ${error} (${run_id})`;
  if (type === "cluster.execution.started") return `Clustering ${subject.id} started (${run_id})`;
  if (type === "collection.documents.written") {
    const { inserted, updated, deleted } = metadata;
    return `Documents of ${subject.id}: ${inserted} inserted, ${updated} updated, ${deleted} deleted`;
  }
  return `${type}: ${subject.type} ${subject.id}`;
}

function slackMessage(config: SlackConfig, event: DeliveredEvent): Message {
  const { webhook_url, blocks_template, ...identity } = config;
  const blocks = blocks_template && renderJson(blocks_template, payloadOf(event), escapeSlack);
  const given = Object.entries(identity).filter(([, value]) => value !== null);
  const body = {
    // Beside blocks it is what notifications show.
    text: escapeSlack(summaryOf(event)),
    ...Object.fromEntries(given),
    ...(blocks
      ? { blocks: Array.isArray(blocks) ? blocks : ((blocks as { blocks?: unknown }).blocks ?? [blocks]) }
      : {}),
  };
  const headers = { "Content-Type": "application/json", "User-Agent": AGENT };
  return { url: webhook_url, headers, body: JSON.stringify(body), timeoutMs: DEFAULT_TIMEOUT_MS };
}

function emailMessage(config: EmailConfig, event: DeliveredEvent, { deliveryId, email }: Signing): Message {
  if (!email) {
    const message = "this deployment has no mail provider: EMAIL_API_URL, EMAIL_API_KEY and EMAIL_FROM are not set";
    throw new ShoalError("not_configured", message);
  }
  const payload = payloadOf(event);
  const isHtml = config.content_type === "html";
  const template = config.body_template;
  const text = template === null ? null : renderText(template, payload, isHtml ? escapeHtml : undefined);
  const shown = JSON.stringify(payload, null, 2);
  const fallback = isHtml
    ? `<p>${escapeHtml(summaryOf(event))}</p><pre>${escapeHtml(shown)}</pre>`
    : config.content_type === "json"
      ? shown
      : `${summaryOf(event)}\n\n${shown}\n`;
  const subject = config.subject_template ? renderText(config.subject_template, payload) : summaryOf(event);
  const body = {
    from: email.from,
    to: config.to_addresses,
    ...(config.cc_addresses?.length ? { cc: config.cc_addresses } : {}),
    ...(config.bcc_addresses?.length ? { bcc: config.bcc_addresses } : {}),
    // A line break would end the header that it becomes.
    subject: subject.replace(/\s+/g, " ").slice(0, 300),
    [isHtml ? "html" : "text"]: text ?? fallback,
  };
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": AGENT,
    Authorization: `Bearer ${email.key}`,
    "Idempotency-Key": deliveryId,
  };
  return { url: email.url, headers, body: JSON.stringify(body), timeoutMs: DEFAULT_TIMEOUT_MS };
}
