/** What language models said of clusters, kept for later runs of the namespace until it expires. */
import { and, eq, gt, inArray, sql } from "drizzle-orm";
import { connect } from "./connect";
import { labelCache } from "./schema";

/** D1 limits a statement to 100 parameters. */
const KEYS_A_STATEMENT = 90;
const ROWS_A_STATEMENT = 20;

export async function knownAnswers(
  database: D1Database,
  namespaceId: string,
  keys: string[],
  now: number,
): Promise<Record<string, string>> {
  const db = connect(database);
  const found: Record<string, string> = {};
  for (let from = 0; from < keys.length; from += KEYS_A_STATEMENT) {
    const rows = await db
      .select({ key: labelCache.key, answer: labelCache.answer })
      .from(labelCache)
      .where(
        and(
          eq(labelCache.namespaceId, namespaceId),
          inArray(labelCache.key, keys.slice(from, from + KEYS_A_STATEMENT)),
          gt(labelCache.expiresAt, now),
        ),
      );
    for (const { key, answer } of rows) found[key] = answer;
  }
  return found;
}

export async function keepAnswers(
  database: D1Database,
  namespaceId: string,
  answers: Record<string, string>,
  expiresAt: number,
): Promise<void> {
  const db = connect(database);
  const rows = Object.entries(answers).map(([key, answer]) => ({ namespaceId, key, answer, expiresAt }));
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT)
    await db
      .insert(labelCache)
      .values(rows.slice(from, from + ROWS_A_STATEMENT))
      .onConflictDoUpdate({
        target: [labelCache.namespaceId, labelCache.key],
        set: { answer: sql`excluded.answer`, expiresAt: sql`excluded.expires_at` },
      });
}
