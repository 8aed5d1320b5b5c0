/** From a request to a webhook's definition: addresses checked, absent fields filled. */
import type { Warning } from "../../../domain/definition/model";
import type { FieldIssue } from "../../../domain/errors";
import { validationError } from "../../../domain/issues";
import { isLocal } from "../../../env";
import { urlProblem } from "../../../net/public-url";
import { emailProvider } from "../../../webhooks/job";
import type { Channel, WebhookDoc } from "../../../webhooks/model";
import type { AppContext } from "../../context";
import type { WebhookRequest } from "./schemas";

type Settled = Pick<WebhookDoc, "webhook_name" | "event_types" | "channels" | "is_active">;

/** @throws ShoalError `validation_failed` for an address that Shoal does not ask, naming every one */
export function settleWebhook(c: AppContext, body: WebhookRequest): { given: Settled; warnings: Warning[] } {
  const policy = { allowLocal: isLocal(c.env) };
  const issues: FieldIssue[] = [];
  const warnings: Warning[] = [];
  const channels = body.channels.map((channel, i): Channel => {
    const loc = ["body", "channels", i, "configs"];
    if (channel.channel === "email") {
      if (!emailProvider(c.env)) {
        const msg =
          "this deployment has no mail provider (EMAIL_API_URL, EMAIL_API_KEY, EMAIL_FROM): its deliveries will fail";
        warnings.push({ loc, msg });
      }
      return { channel: "email", configs: filled(EMAIL, channel.configs) };
    }
    const [field, url] =
      channel.channel === "slack" ? ["webhook_url", channel.configs.webhook_url] : ["url", channel.configs.url];
    const problem = urlProblem(url as string, policy);
    if (problem) issues.push({ loc: [...loc, field as string], msg: `the URL ${problem}`, type: "url_not_allowed" });
    return channel.channel === "slack"
      ? { channel: "slack", configs: filled(SLACK, channel.configs) }
      : { channel: "webhook", configs: filled(HTTP, channel.configs) };
  });
  if (issues.length > 0) throw validationError(issues);
  const { webhook_name, event_types, is_active } = body;
  return { given: { webhook_name, event_types: [...new Set(event_types)], channels, is_active }, warnings };
}

const HTTP = { headers: null, payload_template: null };
const SLACK = { channel: null, username: null, icon_emoji: null, icon_url: null, blocks_template: null };
const EMAIL = { subject_template: null, body_template: null, cc_addresses: null, bcc_addresses: null };

type Filled<D, G> = Omit<G, keyof D> & { [K in keyof D & keyof G]-?: Exclude<G[K], undefined> | null };

const filled = <D extends object, G extends object>(absent: D, given: G): Filled<D, G> =>
  ({ ...absent, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }) as Filled<
    D,
    G
  >;
