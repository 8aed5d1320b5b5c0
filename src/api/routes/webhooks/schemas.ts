import { z } from "@hono/zod-openapi";
import { EVENT_TYPES } from "../../../events/contract";
import { DELIVERY_STATUSES, EMAIL_CONTENT_TYPES } from "../../../webhooks/model";
import { JsonObject, Timestamp, Warning } from "../../schemas/common";
import { Pagination } from "../../schemas/list";

const MAX_CHANNELS = 5;
const MAX_TIMEOUT_S = 30;
const MAX_RECIPIENTS = 50;

export const EventType = z.enum(EVENT_TYPES).openapi("WebhookEventType");

/** Headers that the delivery or the connection decides. */
const OWN_HEADER = /^(webhook-.*|host|content-length|connection|transfer-encoding|cf-.*)$/i;

const Headers = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~\w-]{1,100}$/, "is no header name"),
    z
      .string()
      .max(4000)
      .regex(/^[\t\x20-\x7e]*$/, "may hold visible ASCII only"),
  )
  .refine((headers) => !Object.keys(headers).some((name) => OWN_HEADER.test(name)), {
    error: "may not name webhook-*, host, content-length, connection, transfer-encoding or cf-*",
  });

const Url = z.string().min(1).max(2048).openapi({ example: "https://example.com/hooks/shoal" });
const Line = z.string().max(500).nullish();

const HttpConfig = z
  .object({
    url: Url,
    headers: Headers.nullish().openapi({ description: "Sent along." }),
    payload_template: JsonObject.nullish().openapi({
      description: "The body instead of the event. In its strings `{{metadata.run_id}}` stands for the event's value.",
    }),
    timeout: z.number().positive().max(MAX_TIMEOUT_S).default(10).openapi({ description: "Seconds." }),
  })
  .openapi("WebhookConfig");

const SlackConfig = z
  .object({
    webhook_url: Url.openapi({ description: "An incoming webhook, e.g. of hooks.slack.com." }),
    channel: Line,
    username: Line,
    icon_emoji: Line,
    icon_url: Line,
    blocks_template: z
      .union([z.array(JsonObject).max(50), JsonObject])
      .nullish()
      .openapi({ description: "Block Kit blocks; `{{path}}` in their strings stands for the event's value." }),
  })
  .openapi("SlackConfig");

const Addresses = z.array(z.email().max(320)).max(MAX_RECIPIENTS);

const EmailConfig = z
  .object({
    to_addresses: Addresses.min(1),
    subject_template: Line,
    body_template: z.string().max(100_000).nullish(),
    content_type: z
      .enum(EMAIL_CONTENT_TYPES)
      .default("html")
      .openapi({ description: "Values in an `html` body are escaped; `markdown` and `json` are sent as plain text." }),
    cc_addresses: Addresses.nullish(),
    bcc_addresses: Addresses.nullish(),
  })
  .openapi("EmailConfig");

export const ChannelRequest = z
  .discriminatedUnion("channel", [
    z.object({ channel: z.literal("webhook"), configs: HttpConfig }),
    z.object({ channel: z.literal("slack"), configs: SlackConfig }),
    z.object({ channel: z.literal("email"), configs: EmailConfig }),
  ])
  .openapi("WebhookChannel");

export const WebhookRequest = z
  .object({
    webhook_name: z.string().trim().min(1).max(200),
    event_types: z.array(EventType).min(1).max(EVENT_TYPES.length),
    channels: z.array(ChannelRequest).min(1).max(MAX_CHANNELS),
    is_active: z.boolean().default(true),
  })
  .openapi("WebhookInput");
export type WebhookRequest = z.output<typeof WebhookRequest>;

export const WebhookResponse = z
  .object({
    webhook_id: z.string(),
    webhook_name: z.string(),
    event_types: z.array(EventType),
    channels: z.array(ChannelRequest),
    is_active: z.boolean(),
    namespaces: z
      .array(z.string())
      .nullable()
      .openapi({ description: "Whose events it hears: those that the key which made it may see; null for all." }),
    secret_hint: z.string().openapi({ description: "The secret's last characters." }),
    consecutive_failures: z.int().openapi({ description: "Failed attempts since the last that worked." }),
    disabled_reason: z.string().nullable().openapi({ description: "Why Shoal stopped it." }),
    disabled_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
    warnings: z.array(Warning).optional(),
  })
  .openapi("WebhookOutput");
export type WebhookResponse = z.input<typeof WebhookResponse>;

export const WebhookWithSecret = WebhookResponse.extend({
  secret: z.string().openapi({ description: "Signs deliveries. It is shown this once." }),
}).openapi("WebhookWithSecret");

export const WebhookParams = z.object({ webhook_id: z.string().openapi({ example: "wh_8f14e45fceea167a" }) });
export const DeliveryParams = WebhookParams.extend({
  delivery_id: z.string().openapi({ example: "del_mi8l2k4q0d7v1c9x5z3b" }),
});

const Attempt = z.object({
  attempt: z.int().min(1),
  at: Timestamp,
  status: z.enum(["succeeded", "failed"]),
  status_code: z.int().nullable().openapi({ description: "The receiver's, where it answered." }),
  duration_ms: z.number(),
  error: z.string().nullable(),
  response: z.string().nullable().openapi({ description: "The first KiB of the receiver's answer." }),
});

export const DeliveryResponse = z
  .object({
    delivery_id: z.string(),
    webhook_id: z.string(),
    namespace_id: z.string().nullable(),
    event_id: z.string(),
    event_type: z.string(),
    channel: z.enum(["webhook", "slack", "email"]),
    channel_index: z.int(),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.array(Attempt),
    next_attempt_at: Timestamp.nullable(),
    replay_of: z.string().nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi("WebhookDelivery");

export const ListDeliveriesResponse = z
  .object({ results: z.array(DeliveryResponse), pagination: Pagination, total: z.int() })
  .openapi("ListWebhookDeliveriesResponse");

export const WEBHOOK_REQUEST_EXAMPLE: z.input<typeof WebhookRequest> = {
  webhook_name: "nightly runs",
  event_types: ["cluster.execution.completed", "cluster.execution.failed"],
  channels: [{ channel: "webhook", configs: { url: "https://example.com/hooks/shoal" } }],
};

export const WEBHOOK_EXAMPLE: WebhookResponse = {
  webhook_id: "wh_8f14e45fceea167a",
  ...WEBHOOK_REQUEST_EXAMPLE,
  is_active: true,
  namespaces: null,
  secret_hint: "whsec_…x9Q=",
  consecutive_failures: 0,
  disabled_reason: null,
  disabled_at: null,
  created_at: "2026-11-21T13:20:40.122000Z",
  updated_at: "2026-11-21T13:20:40.122000Z",
};

export const DELIVERY_EXAMPLE: z.input<typeof DeliveryResponse> = {
  delivery_id: "del_mi8l2k4q0d7v1c9x5z3b",
  webhook_id: "wh_8f14e45fceea167a",
  namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
  event_id: "evt_mi8l2k4q0d7v1c9x5z3bcompleted",
  event_type: "cluster.execution.completed",
  channel: "webhook",
  channel_index: 0,
  status: "succeeded",
  attempts: [
    {
      attempt: 1,
      at: "2026-11-21T13:20:40.122000Z",
      status: "succeeded",
      status_code: 204,
      duration_ms: 83,
      error: null,
      response: null,
    },
  ],
  next_attempt_at: null,
  replay_of: null,
  created_at: "2026-11-21T13:20:40.022000Z",
  updated_at: "2026-11-21T13:20:40.122000Z",
};
