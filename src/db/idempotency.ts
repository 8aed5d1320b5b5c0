/** Idempotency keys: who holds one, what it was used for, and the answer that its repeats get. */
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Db } from "./connect";
import { idempotency, idempotencyBodies } from "./schema";

/** Without a sign of life for this long, a request in progress is taken to have crashed. */
export const LOCK_MS = 60_000;
const KEEP_MS = 24 * 60 * 60 * 1000;
/** D1 limits a row to 2 MB. */
const PART_BYTES = 1_000_000;

export interface Claim {
  /** SHA-256 of key id, namespace, path and Idempotency-Key. */
  id: string;
  attempt: string;
  namespaceId: string | null;
  /** SHA-256 of the request; null when it is not known yet. */
  requestHash: string | null;
}

export interface KeptRequest {
  requestHash: string | null;
  /** Null while in progress. */
  status: number | null;
  contentType: string | null;
  /** The batch that an earlier attempt was about to commit when it ended without an answer. */
  batchId: string | null;
}

/**
 * Takes the key for this attempt, or answers who has it.
 *
 * @returns `claimed`: run the request (`earlier` is what a crashed attempt left); `kept`: it ran, or is running
 */
export async function claimKey(
  db: Db,
  claim: Claim,
  now: number,
): Promise<{ kind: "claimed"; earlier: KeptRequest | null } | { kind: "kept"; request: KeptRequest }> {
  const earlier = await findRequest(db, claim.id);
  const fresh = { ...claim, status: null, contentType: null, lockedUntil: now + LOCK_MS, expiresAt: now + KEEP_MS };
  const taken = await db
    .insert(idempotency)
    .values(fresh)
    .onConflictDoUpdate({
      target: idempotency.id,
      set: fresh,
      setWhere: sql`${idempotency.expiresAt} <= ${now} or (${idempotency.status} is null and ${idempotency.lockedUntil} <= ${now})`,
    })
    .returning({ id: idempotency.id });
  if (taken.length > 0) {
    return { kind: "claimed", earlier: earlier?.status === null ? earlier : null };
  }
  const request = (await findRequest(db, claim.id)) ?? { ...fresh, batchId: null };
  return { kind: "kept", request };
}

async function findRequest(db: Db, id: string): Promise<KeptRequest | null> {
  const [row] = await db
    .select({
      requestHash: idempotency.requestHash,
      status: idempotency.status,
      contentType: idempotency.contentType,
      batchId: idempotency.batchId,
    })
    .from(idempotency)
    .where(eq(idempotency.id, id));
  return row ?? null;
}

const held = ({ id, attempt }: Claim) =>
  and(eq(idempotency.id, id), eq(idempotency.attempt, attempt), isNull(idempotency.status));

/** A sign of life of a request that takes long. */
export async function renewKey(db: Db, claim: Claim, now: number): Promise<void> {
  await db
    .update(idempotency)
    .set({ lockedUntil: now + LOCK_MS })
    .where(held(claim));
}

/** Notes, before it is committed, which batch an upload becomes and what was in it. */
export async function noteCommit(db: Db, claim: Claim, requestHash: string, batchId: string): Promise<void> {
  await db.update(idempotency).set({ requestHash, batchId }).where(held(claim));
}

/** Gives the key back: a repeat runs the request again. */
export async function releaseKey(db: Db, claim: Claim): Promise<void> {
  await db.delete(idempotency).where(held(claim));
}

/** Keeps the answer for repeats, unless another attempt has taken the key meanwhile. */
export async function keepAnswer(
  db: Db,
  claim: Claim,
  answer: { requestHash: string; status: number; contentType: string; body: Uint8Array },
): Promise<void> {
  const { body, ...columns } = answer;
  const mine = sql`exists (select 1 from ${idempotency} where ${held(claim)})`;
  const parts = [];
  for (let part = 0; part * PART_BYTES < body.byteLength; part++) {
    const bytes = body.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
    parts.push(db.insert(idempotencyBodies).select(sql`select ${claim.id}, ${part}, ${bytes} where ${mine}`));
  }
  await db.batch([
    db.delete(idempotencyBodies).where(and(eq(idempotencyBodies.id, claim.id), mine)),
    ...parts,
    db.update(idempotency).set(columns).where(held(claim)),
  ]);
}

/** The kept answer's body. */
export async function keptBody(db: Db, id: string): Promise<Uint8Array<ArrayBuffer>> {
  const rows = await db
    .select({ bytes: idempotencyBodies.bytes })
    .from(idempotencyBodies)
    .where(eq(idempotencyBodies.id, id))
    .orderBy(idempotencyBodies.part);
  const parts = rows.map(({ bytes }) => new Uint8Array(bytes));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
