import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";

export type Db = DrizzleD1Database & { $client: D1Database };

/** D1 through Drizzle. Columns are snake case, properties camel case, as `drizzle.config.ts` says too. */
export const connect = (database: D1Database): Db => drizzle(database, { casing: "snake_case" });

/** Of the rows that an identifier names, the one with that id wins over the one with that name. */
export const thatOf = <Row extends { id: string }>(rows: Row[], identifier: string): Row | null =>
  rows.find(({ id }) => id === identifier) ?? rows[0] ?? null;

/** Whether a statement failed because a unique index (of the given table, where named) already holds its values. */
export function isUniqueViolation(error: unknown, table = ""): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at.message.includes(`UNIQUE constraint failed: ${table}`)) return true;
  }
  return false;
}
