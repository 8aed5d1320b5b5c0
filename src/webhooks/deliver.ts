/** One attempt to deliver an event, and when the next one follows. Needs nothing of the platform but what it is given. */
import { ShoalError } from "../domain/errors";
import { type Outbound, publicFetch } from "../net/public-fetch";
import { type EmailProvider, messageOf } from "./message";
import type { AttemptDoc, Channel, DeliveredEvent } from "./model";

export interface Sender {
  net: Outbound;
  /** Milliseconds since the epoch. */
  now(): number;
  email: EmailProvider | null;
}

export interface Outcome extends Omit<AttemptDoc, "attempt" | "at"> {
  /** The receiver said that it is gone for good (410). */
  gone: boolean;
  /** Waiting does not mend it: the address may not be asked, or nothing is configured to ask. */
  final: boolean;
}

/** Seconds after the first, second, … failed attempt; past the last the delivery is given up, after some 26 hours. */
export const RETRY_AFTER_S = [5, 30, 120, 600, 3_600, 18_000, 36_000, 36_000];
export const MAX_ATTEMPTS = RETRY_AFTER_S.length + 1;

const SNIPPET_BYTES = 1024;

export async function attemptDelivery(
  { net, now, email }: Sender,
  channel: Channel,
  { event, deliveryId, secrets }: { event: DeliveredEvent; deliveryId: string; secrets: string[] },
): Promise<Outcome> {
  const started = now();
  try {
    const { url, headers, body, timeoutMs } = messageOf(channel, event, { deliveryId, secrets, now: started, email });
    const answer = await publicFetch(net, url, { method: "POST", headers, body, timeoutMs, maxBytes: SNIPPET_BYTES });
    const { status } = answer;
    const ok = status >= 200 && status < 300;
    return {
      status: ok ? "succeeded" : "failed",
      status_code: status,
      duration_ms: now() - started,
      error: ok ? null : refusal(status),
      response: new TextDecoder().decode(answer.body) || null,
      gone: status === 410,
      final: status === 410,
    };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown : new Error(String(thrown));
    const isTimeout = reason.name === "TimeoutError" || reason.name === "AbortError";
    return {
      status: "failed",
      status_code: null,
      duration_ms: now() - started,
      error: isTimeout ? "the receiver did not answer in time" : `${reason.message}${causeOf(reason)}`,
      response: null,
      gone: false,
      final: thrown instanceof ShoalError,
    };
  }
}

function refusal(status: number): string {
  if (status === 410) return "the receiver answered 410: it is gone for good";
  if (status >= 300 && status < 400)
    return `the receiver answered ${status}: only redirects by 307 and 308 are followed`;
  return `the receiver answered ${status}`;
}

/** Node hides the reason of a failed fetch in its cause. */
const causeOf = ({ cause }: Error): string => (cause instanceof Error && cause.message ? `: ${cause.message}` : "");

/** A webhook is stopped that has only failed for so long and so often: five days cover a long weekend. */
export const STOP_AFTER_MS = 5 * 24 * 3_600_000;
export const STOP_AFTER_FAILURES = 20;

/** Why the webhook is to be stopped, or null. */
export function stopReason(
  outcome: Pick<Outcome, "gone">,
  { failures, failingSince, now }: { failures: number; failingSince: number; now: number },
): string | null {
  if (outcome.gone) return "the receiver answered 410: it is gone for good";
  if (failures < STOP_AFTER_FAILURES || now - failingSince < STOP_AFTER_MS) return null;
  return `${failures} attempts in a row failed since ${new Date(failingSince).toISOString()}`;
}
