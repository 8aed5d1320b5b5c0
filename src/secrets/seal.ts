/**
 * What others entrusted to the deployment, sealed before it is written to D1: AES-256-GCM under a key that HKDF makes of a secret of the
 * deployment. A copy of the database alone tells nobody how to sign a delivery or what a receiver is let in by.
 */
import { ShoalError } from "../domain/errors";
import type { Env } from "../env";

export type SecretsEnv = Pick<Env, "SECRETS_KEY" | "SECRETS_KEY_PREVIOUS" | "SHOAL_ROOT_KEY">;

const PREFIX = "sealed.v1.";
const IV_BYTES = 12;
const INFO = "shoal secrets v1";

/**
 * @param purpose what the value is and whose: a value that was copied elsewhere in the database does not open
 * @throws ShoalError `not_configured` without a secret to seal with
 */
export async function seal(env: SecretsEnv, purpose: string, value: unknown): Promise<string> {
  const [secret] = secretsOf(env);
  if (!secret) throw new ShoalError("not_configured", "SECRETS_KEY (or SHOAL_ROOT_KEY) is not set.");
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt(algorithm(iv, purpose), await keyOf(secret), plain);
  return `${PREFIX}${Buffer.concat([iv, new Uint8Array(sealed)]).toString("base64url")}`;
}

/**
 * The value that was sealed; one that was stored before there was a seal comes back as it is.
 *
 * @throws ShoalError `not_configured` when it was sealed under a secret that the deployment no longer has
 */
export async function unseal<T>(env: SecretsEnv, purpose: string, stored: unknown): Promise<T> {
  if (typeof stored !== "string" || !stored.startsWith(PREFIX)) return stored as T;
  const bytes = new Uint8Array(Buffer.from(stored.slice(PREFIX.length), "base64url"));
  for (const secret of secretsOf(env)) {
    const iv = bytes.subarray(0, IV_BYTES);
    try {
      const plain = await crypto.subtle.decrypt(algorithm(iv, purpose), await keyOf(secret), bytes.subarray(IV_BYTES));
      return JSON.parse(new TextDecoder().decode(plain)) as T;
    } catch {
      // Sealed under another of them.
    }
  }
  throw new ShoalError(
    "not_configured",
    `The ${purpose} was sealed under a key that this deployment no longer has: set SECRETS_KEY_PREVIOUS to it, or write it anew.`,
    { purpose },
  );
}

/** The first seals, all of them open. Without a key of its own a deployment seals by its root key. */
const secretsOf = ({ SECRETS_KEY, SECRETS_KEY_PREVIOUS, SHOAL_ROOT_KEY }: SecretsEnv): string[] =>
  [SECRETS_KEY, SHOAL_ROOT_KEY, SECRETS_KEY_PREVIOUS].filter((secret): secret is string => Boolean(secret));

const algorithm = (iv: Uint8Array<ArrayBuffer>, purpose: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(purpose),
});

/** The secrets are long and random (`openssl rand`), so no slow derivation is called for. */
async function keyOf(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), "HKDF", false, ["deriveKey"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: new TextEncoder().encode(INFO),
  };
  return crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
