/** Requests to addresses that users gave: each hop checked, answers bounded in time and size. */
import { ShoalError } from "../domain/errors";
import { assertPublicUrl, isPublicAddress } from "./public-url";

export interface Outbound {
  /** Local development: any http or https address. */
  allowLocal: boolean;
  fetch: typeof fetch;
  /** A DNS-over-HTTPS address that speaks the JSON form (`application/dns-json`); null: names are not resolved. */
  resolver: string | null;
}

export interface OutboundRequest {
  method?: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange, redirects and the answer's body included. */
  timeoutMs: number;
  /** Bytes of the answer that are read; the rest is left. */
  maxBytes: number;
  /** What messages call the address. */
  field?: string;
}

export interface OutboundAnswer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** Whether the answer went on past `maxBytes`. */
  cut: boolean;
  /** Where it came from, after redirects. */
  url: string;
}

const MAX_REDIRECTS = 3;
const RESOLVE_MS = 5_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Headers that go along to another origin; the others may hold a secret of the first one's. */
const HARMLESS = /^(content-type|accept|user-agent|webhook-.*)$/i;

/**
 * Asks an address of a user's. Redirects are followed up to three times where the request can be repeated as it is: all of
 * them for GET and HEAD, 307 and 308 for the others, whose 301 to 303 are answered as they came.
 * @throws ShoalError `validation_failed` for an address, a redirect or a name that leads into a private range
 * @throws Error when the address does not answer: the platform's own, or a `TimeoutError`
 */
export async function publicFetch(
  { allowLocal, fetch: send, resolver }: Outbound,
  url: string,
  { method = "GET", headers = {}, body, timeoutMs, maxBytes, field = "url" }: OutboundRequest,
): Promise<OutboundAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  let at = assertPublicUrl(url, { allowLocal });
  let sent = headers;
  for (let hop = 0; ; hop++) {
    if (resolver && !allowLocal) await assertPublicName(send, resolver, at.hostname, field);
    const response = await send(at.href, {
      method,
      headers: sent,
      redirect: "manual",
      signal,
      ...(body === undefined ? {} : { body }),
    });
    const location = response.headers.get("location");
    const repeatable = method === "GET" || method === "HEAD" || response.status >= 307;
    if (!location || !REDIRECTS.has(response.status) || !repeatable) {
      return {
        status: response.status,
        headers: response.headers,
        ...(await readBounded(response, maxBytes)),
        url: at.href,
      };
    }
    await response.body?.cancel();
    if (hop === MAX_REDIRECTS) {
      throw new ShoalError("validation_failed", `${field} redirects more than ${MAX_REDIRECTS} times: "${at.host}"`);
    }
    const target = URL.canParse(location, at.href) ? new URL(location, at.href).href : location;
    const next = assertPublicUrl(target, { allowLocal });
    if (next.origin !== at.origin) {
      sent = Object.fromEntries(Object.entries(sent).filter(([name]) => HARMLESS.test(name)));
    }
    at = next;
  }
}

/** Reads at most `limit` bytes and leaves the rest. */
async function readBounded(response: Response, limit: number): Promise<{ body: Uint8Array; cut: boolean }> {
  const reader = response.body?.getReader();
  if (!reader) return { body: new Uint8Array(), cut: false };
  const body = new Uint8Array(limit);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { body: body.subarray(0, length), cut: false };
    const taken = value.subarray(0, limit - length);
    body.set(taken, length);
    length += taken.length;
    if (taken.length === value.length) continue;
    await reader.cancel();
    return { body, cut: true };
  }
}

const isAddress = (host: string): boolean => host.startsWith("[") || /^[\d.]+$/.test(host);
/** A and AAAA records. https://www.iana.org/assignments/dns-parameters/ */
const RECORD_TYPES = { A: 1, AAAA: 28 } as const;

interface DnsAnswer {
  Answer?: { type: number; data: string }[];
}

/** Resolves a name and refuses it when any of its addresses is not public, or when it has none. */
async function assertPublicName(send: typeof fetch, resolver: string, host: string, field: string): Promise<void> {
  if (isAddress(host)) return;
  const found: string[] = [];
  for (const [type, number] of Object.entries(RECORD_TYPES)) {
    const query = `${resolver}${resolver.includes("?") ? "&" : "?"}name=${encodeURIComponent(host)}&type=${type}`;
    const response = await send(query, {
      headers: { Accept: "application/dns-json" },
      signal: AbortSignal.timeout(RESOLVE_MS),
    });
    if (!response.ok) throw new Error(`the resolver answered ${response.status} for ${host}`);
    const { Answer = [] } = (await response.json()) as DnsAnswer;
    found.push(...Answer.filter((record) => record.type === number).map(({ data }) => data));
  }
  if (found.length === 0) throw new Error(`${field} names a host without an address: "${host}"`);
  const bad = found.find((address) => !isPublicAddress(address));
  if (!bad) return;
  throw new ShoalError("validation_failed", `${field} names a host in a private or reserved range: "${host}"`, {
    field,
    host,
  });
}
