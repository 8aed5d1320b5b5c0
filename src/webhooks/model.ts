/** Webhooks and what becomes of an event at one of their channels, as stored and as the API renders them. */
import type { EventType, ShoalEvent } from "../events/contract";

export interface HttpConfig {
  url: string;
  headers: Record<string, string> | null;
  /** The body to send instead of the event: JSON whose strings may hold `{{path}}`. */
  payload_template: Record<string, unknown> | null;
  /** Seconds. */
  timeout: number;
}

export interface SlackConfig {
  webhook_url: string;
  channel: string | null;
  username: string | null;
  icon_emoji: string | null;
  icon_url: string | null;
  /** Block Kit blocks whose strings may hold `{{path}}`. */
  blocks_template: Record<string, unknown>[] | Record<string, unknown> | null;
}

export const EMAIL_CONTENT_TYPES = ["plain_text", "html", "markdown", "json"] as const;

export interface EmailConfig {
  to_addresses: string[];
  subject_template: string | null;
  body_template: string | null;
  content_type: (typeof EMAIL_CONTENT_TYPES)[number];
  cc_addresses: string[] | null;
  bcc_addresses: string[] | null;
}

export type Channel =
  | { channel: "webhook"; configs: HttpConfig }
  | { channel: "slack"; configs: SlackConfig }
  | { channel: "email"; configs: EmailConfig };

export interface WebhookDoc {
  /** `wh_` and 16 hexadecimal digits */
  webhook_id: string;
  webhook_name: string;
  event_types: EventType[];
  channels: Channel[];
  is_active: boolean;
  /** Ids of the namespaces whose events it hears; null for all. */
  namespaces: string[] | null;
  /** The secret's last characters. */
  secret_hint: string;
  consecutive_failures: number;
  /** Why and when Shoal stopped it; null while nobody but its owner decides. */
  disabled_reason: string | null;
  disabled_at: string | null;
  created_at: string;
  updated_at: string;
}

/** Sent by the test operation only; nobody subscribes to it. */
export const PING = "webhook.ping";

export type DeliveredEvent = Omit<ShoalEvent, "type" | "namespaceId" | "subject"> & {
  type: EventType | typeof PING;
  /** null for what belongs to no namespace. */
  namespaceId: string | null;
  subject: { type: string; id: string };
};

export interface AttemptDoc {
  attempt: number;
  at: string;
  status: "succeeded" | "failed";
  /** The receiver's HTTP status, where it answered. */
  status_code: number | null;
  duration_ms: number;
  error: string | null;
  /** The beginning of the receiver's answer. */
  response: string | null;
}

export const DELIVERY_STATUSES = ["pending", "succeeded", "failed", "canceled"] as const;

export interface DeliveryDoc {
  delivery_id: string;
  webhook_id: string;
  namespace_id: string | null;
  event_id: string;
  event_type: string;
  channel: Channel["channel"];
  /** Which of the webhook's channels, from 0. */
  channel_index: number;
  status: (typeof DELIVERY_STATUSES)[number];
  attempts: AttemptDoc[];
  next_attempt_at: string | null;
  /** The delivery that this one repeats. */
  replay_of: string | null;
  created_at: string;
  updated_at: string;
}
