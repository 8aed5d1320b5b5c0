/**
 * Webhooks as they lie in D1: a channel's settings may let somebody in at the receiver's (headers, Slack's address), and a secret signs for
 * Shoal, so both are sealed. The kind of a channel stays readable: deliveries are planned by it.
 */
import { type SecretsEnv, seal, unseal } from "../secrets/seal";
import type { Channel, WebhookDoc } from "./model";

export interface StoredChannel {
  channel: Channel["channel"];
  /** Sealed `configs`; as they are where they were stored before there was a seal. */
  configs: string | Channel["configs"];
}

export type StoredWebhook = Omit<WebhookDoc, "channels"> & { channels: StoredChannel[] };

export interface StoredSecrets {
  current: string;
  previous: string | null;
  /** Milliseconds since the epoch. */
  previousUntil: number;
}

const channelsOf = (webhookId: string): string => `settings of the channels of webhook ${webhookId}`;
const secretOf = (webhookId: string): string => `secret of webhook ${webhookId}`;

export const sealSecret = (env: SecretsEnv, webhookId: string, secret: string): Promise<string> =>
  seal(env, secretOf(webhookId), secret);

export const sealChannels = (env: SecretsEnv, webhookId: string, channels: Channel[]): Promise<StoredChannel[]> =>
  Promise.all(
    channels.map(async ({ channel, configs }) => ({
      channel,
      configs: await seal(env, channelsOf(webhookId), configs),
    })),
  );

/** @throws ShoalError `not_configured` when the key that sealed it is gone */
export const openChannel = async (env: SecretsEnv, webhookId: string, stored: StoredChannel): Promise<Channel> =>
  ({ ...stored, configs: await unseal(env, channelsOf(webhookId), stored.configs) }) as Channel;

/** As the API renders it. @throws ShoalError `not_configured` when the key that sealed it is gone */
export async function openWebhook(env: SecretsEnv, stored: StoredWebhook): Promise<WebhookDoc> {
  const open = (channel: StoredChannel) => openChannel(env, stored.webhook_id, channel);
  return { ...stored, channels: await Promise.all(stored.channels.map(open)) };
}

/** What signs a delivery now, the newest first. @throws ShoalError `not_configured` when the key that sealed the newest is gone */
export async function openSecrets(
  env: SecretsEnv,
  webhookId: string,
  { current, previous, previousUntil }: StoredSecrets,
  now: number,
): Promise<string[]> {
  const newest = await unseal<string>(env, secretOf(webhookId), current);
  if (!previous || now >= previousUntil) return [newest];
  // One that does not open any more was left behind with its key; the newest still signs.
  const older = await unseal<string>(env, secretOf(webhookId), previous).catch(() => null);
  return older ? [newest, older] : [newest];
}
