import { type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";

/**
 * Sets fields of a JSON column where it lies, so that two writers of different fields do not undo each other. Keys are
 * field names or dot paths of letters, digits and underscores; each field costs one bound parameter.
 */
export function setFields(column: SQLiteColumn, fields: Record<string, unknown>): SQL {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => {
      if (!/^[\w.]+$/.test(path)) throw new Error(`not a plain path: ${path}`);
      return sql`, ${sql.raw(`'$.${path}'`)}, json(${JSON.stringify(value)})`;
    });
  return sql`json_set(${column}${sql.join(pairs)})`;
}
