import { type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { ShoalError } from "../domain/errors";

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

/** D1 takes rows of 2 MB, and a row holds a definition up to three times: as it is, rendered, and as text to search in. */
const DEFINITION_BYTES = 512 * 1024;

/** @throws ShoalError `payload_too_large` for a definition that its row could not hold */
export function boundedDefinition<T extends object>(what: string, definition: T): T {
  const size = new TextEncoder().encode(JSON.stringify(definition)).byteLength;
  if (size <= DEFINITION_BYTES) return definition;
  throw new ShoalError("payload_too_large", `The ${what} would have ${size} bytes; it may have ${DEFINITION_BYTES}.`, {
    resource: what,
    limit_bytes: DEFINITION_BYTES,
    size_bytes: size,
  });
}
