import { timingSafeEqual } from "node:crypto";
import { findKeyByHash, grants, hashSecret, type Scope } from "../../db/keys";
import { ShoalError } from "../../domain/errors";
import { type AppContext, services } from "../context";

/** Generated clients may send the header twice, which arrives as one, joined by a comma: the first counts. */
const BEARER = /^Bearer +([^\s,]+)/i;

/** Sets `auth` from the Authorization header, or refuses with 401. */
export async function authenticate(c: AppContext): Promise<void> {
  const header = c.req.header("authorization");
  if (!header) {
    throw new ShoalError("missing_api_key", "An API key is required: send the header `Authorization: Bearer sk_…`.");
  }
  const secret = BEARER.exec(header)?.[1];
  if (!secret) throw new ShoalError("invalid_api_key", "The Authorization header must read `Bearer sk_…`.");
  if (isRootKey(secret, c.env.SHOAL_ROOT_KEY)) {
    c.set("auth", { keyId: "root", scopes: ["admin"], namespaces: null, root: true });
    return;
  }
  const key = await findKeyByHash(services(c).db, hashSecret(secret));
  if (!key) throw new ShoalError("invalid_api_key", "This API key is unknown or was revoked.");
  c.set("auth", { keyId: key.id, scopes: key.scopes as Scope[], namespaces: key.namespaces, root: false });
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
