import { timingSafeEqual } from "node:crypto";
import { grants, hashSecret, type keyByHash, type Scope } from "../../db/keys";
import { ShoalError } from "../../domain/errors";
import type { AppContext } from "../context";

/** Generated clients may send the header twice, which arrives as one, joined by a comma: the first counts. */
const BEARER = /^Bearer +([^\s,]+)/i;

/** Stands for the deployment's own key, which is not in D1. */
export const ROOT = Symbol("root key");

/** The digest of the request's key, or `ROOT`; 401 without a key. */
export function bearerHash(c: AppContext): string | typeof ROOT {
  const header = c.req.header("authorization");
  if (!header) {
    throw new ShoalError("missing_api_key", "An API key is required: send the header `Authorization: Bearer sk_…`.");
  }
  const secret = BEARER.exec(header)?.[1];
  if (!secret) throw new ShoalError("invalid_api_key", "The Authorization header must read `Bearer sk_…`.");
  return isRootKey(secret, c.env.SHOAL_ROOT_KEY) ? ROOT : hashSecret(secret);
}

/** Sets `auth` from the key that was found, or refuses with 401. */
export function authorize(
  c: AppContext,
  key: Awaited<ReturnType<typeof keyByHash>>[number] | typeof ROOT | null,
): void {
  if (!key) throw new ShoalError("invalid_api_key", "This API key is unknown or was revoked.");
  c.set(
    "auth",
    key === ROOT
      ? { keyId: "root", scopes: ["admin"], namespaces: null, root: true }
      : { keyId: key.id, scopes: key.scopes as Scope[], namespaces: key.namespaces, root: false },
  );
}

export function requireScope(c: AppContext, scope: Scope): void {
  const { scopes } = c.var.auth;
  if (grants(scopes, scope)) return;
  throw new ShoalError(
    "missing_scope",
    `This operation needs the scope "${scope}"; the key has ${scopes.join(", ")}.`,
    {
      required: scope,
      scopes,
    },
  );
}

/** Compares in a time that depends on the keys' lengths only. */
function isRootKey(secret: string, rootKey: string | undefined): boolean {
  if (!rootKey) return false;
  const bytes = new TextEncoder();
  const [given, expected] = [bytes.encode(secret), bytes.encode(rootKey)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
