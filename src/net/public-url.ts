/**
 * Addresses that a caller may make the service call: https, a public host, no credentials. Pure.
 *
 * A name that resolves to a private address cannot be seen here; a Worker's `fetch` leaves from the public internet, so such a
 * name reaches nothing of the deployment. `publicFetch` follows redirects by the same rules, and asks a resolver where one is
 * configured; a name that changes its address between the two (DNS rebinding) is left to the platform.
 */
import { ShoalError } from "../domain/errors";

export interface UrlPolicy {
  /** Local development: http and private addresses too. */
  allowLocal: boolean;
}

/** The parsed URL. @throws ShoalError `validation_failed`, whose message says what of it is refused. */
export function assertPublicUrl(url: string, policy: UrlPolicy): URL {
  const problem = urlProblem(url, policy);
  if (problem) throw new ShoalError("validation_failed", `The URL ${shown(url)} ${problem}.`, { url: shown(url) });
  return new URL(url);
}

/** Why the URL is refused, as the end of a sentence, or null. */
export function urlProblem(url: string, { allowLocal }: UrlPolicy): string | null {
  if (!URL.canParse(url)) return "is not an absolute URL";
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== "https:" && !(allowLocal && protocol === "http:")) return "must begin with https://";
  if (username || password) return "must not hold a user name or password";
  if (!allowLocal && !isPublicHost(hostname)) return `names ${hostname}, which is no public host`;
  return null;
}

const PRIVATE_NAMES = ["localhost", "local", "internal", "intranet", "lan", "home.arpa", "test", "invalid", "onion"];

/** `hostname` as a URL has it: lower case, IPv4 in four decimal parts, IPv6 in brackets. */
function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return isPublicIpv6(ipv6Groups(hostname.slice(1, -1)));
  const name = hostname.replace(/\.$/, "");
  if (/^\d+(\.\d+){3}$/.test(name)) return isPublicIpv4(name.split(".").map(Number));
  if (!name.includes(".")) return false;
  return !PRIVATE_NAMES.some((suffix) => name.endsWith(`.${suffix}`));
}

/** Whether an IPv4 or IPv6 address, as a resolver writes it, is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const url = `https://${address.includes(":") ? `[${address}]` : address}/`;
  return /^[\da-f.:]+$/i.test(address) && URL.canParse(url) && isPublicHost(new URL(url).hostname);
}

/** Blocks of IPv4 that are not of the public internet. https://www.iana.org/assignments/iana-ipv4-special-registry */
const IPV4_BLOCKS: [network: number[], bits: number][] = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[127, 0, 0, 0], 8],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 0, 2, 0], 24],
  [[192, 88, 99, 0], 24],
  [[192, 168, 0, 0], 16],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 3],
  // A cloud's metadata service outside of the ranges above.
  [[168, 63, 129, 16], 32],
];

function isPublicIpv4(parts: number[]): boolean {
  const number = (of: number[]) => ((of[0]! << 24) | (of[1]! << 16) | (of[2]! << 8) | of[3]!) >>> 0;
  const address = number(parts);
  return !IPV4_BLOCKS.some(([network, bits]) => address >>> (32 - bits) === number(network) >>> (32 - bits));
}

/** Eight groups of 16 bits. A URL has compressed the address already, so that no IPv4 notation is left in it. */
function ipv6Groups(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const first = groups(head);
  if (tail === undefined) return first;
  const last = groups(tail);
  return [...first, ...Array(8 - first.length - last.length).fill(0), ...last];
}

/** Only global unicast, 2000::/3, without documentation and without what stands for an IPv4 address that is not public. */
function isPublicIpv6(groups: number[]): boolean {
  const [a, b, c] = groups as [number, number, number];
  const ipv4 = (high: number, low: number) => isPublicIpv4([high >> 8, high & 255, low >> 8, low & 255]);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return ipv4(groups[6]!, groups[7]!);
  if (a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0))
    return ipv4(groups[6]!, groups[7]!);
  if (a === 0x2002) return ipv4(b, c);
  if (a === 0x2001 && (b === 0xdb8 || b < 0x200)) return false;
  if (a === 0x3fff && b < 0x1000) return false;
  return a >> 13 === 1;
}

/** Without what may be secret, and not longer than a line. */
function shown(url: string): string {
  const plain = URL.canParse(url) ? url.replace(/\/\/[^/@]*@/, "//…@").split(/[?#]/)[0]! : url;
  return JSON.stringify(plain.length > 100 ? `${plain.slice(0, 100)}…` : plain);
}
