/** API keys: only the digest of a secret is stored, so that reading the database does not give access. */
import { createHash, randomBytes } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import { newId } from "../domain/ids";
import type { Db } from "./connect";
import { type RowScope, searchText } from "./list";
import { apiKeys } from "./schema";
import { timestamp } from "./time";

export const SCOPES = ["read", "write", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** Each scope includes those before it. */
export const grants = (held: readonly string[], needed: Scope): boolean =>
  SCOPES.slice(SCOPES.indexOf(needed)).some((scope) => held.includes(scope));

export interface KeyDoc {
  key_id: string;
  key_name: string;
  /** The secret's first characters, to tell keys apart. */
  prefix: string;
  scopes: Scope[];
  namespaces: string[] | null;
  created_at: string;
  revoked_at: string | null;
}

const PREFIX_CHARACTERS = 11;

export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");

export async function createKey(db: Db, given: Pick<KeyDoc, "key_name" | "scopes" | "namespaces">) {
  const secret = `sk_live_${randomBytes(32).toString("base64url")}`;
  const now = timestamp();
  const doc: KeyDoc = {
    key_id: newId("key"),
    ...given,
    prefix: secret.slice(0, PREFIX_CHARACTERS),
    created_at: now,
    revoked_at: null,
  };
  await db.insert(apiKeys).values({
    id: doc.key_id,
    hash: hashSecret(secret),
    scopes: doc.scopes,
    namespaces: doc.namespaces,
    doc: { ...doc },
    search: searchText(doc.key_id, doc.key_name, doc.prefix),
    createdAt: now,
    updatedAt: now,
  });
  return { doc, secret };
}

/** The key of a secret's digest, unless it was revoked: one row or none. */
export const keyByHash = (db: Db, hash: string) =>
  db
    .select({ id: apiKeys.id, scopes: apiKeys.scopes, namespaces: apiKeys.namespaces })
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt)));

export async function getKey(db: Db, id: string): Promise<KeyDoc | null> {
  const [row] = await db.select({ doc: apiKeys.doc }).from(apiKeys).where(eq(apiKeys.id, id));
  return row ? (row.doc as unknown as KeyDoc) : null;
}

/** Repeatable: the first revocation's time stays. */
export async function revokeKey(db: Db, id: string): Promise<void> {
  const now = timestamp();
  await db
    .update(apiKeys)
    .set({ revokedAt: now, updatedAt: now, doc: sql`json_set(${apiKeys.doc}, '$.revoked_at', ${now})` })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
}

/** Whether a caller that is limited to `namespaces` (null: not limited) may see and revoke the key. */
export const mayManage = (namespaces: string[] | null, key: KeyDoc): boolean =>
  namespaces === null || (key.namespaces?.every((id) => namespaces.includes(id)) ?? false);

/** The same as a condition on the table. */
export const visibleKeys = (namespaces: string[] | null): RowScope =>
  namespaces === null
    ? { sql: "1", params: [] }
    : {
        sql: `namespaces IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(namespaces) AS held
              WHERE held.value NOT IN (SELECT value FROM json_each(?)))`,
        params: [JSON.stringify(namespaces)],
      };
