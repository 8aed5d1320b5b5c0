/**
 * ORDER BY on dot paths of a JSON column, with keyset cursors: a page begins after the last row of the one before,
 * whatever was inserted meanwhile. SQLite's order of values: null and missing, numbers (true = 1), texts by code point.
 */
import { ShoalError } from "../errors";
import type { SortSpec } from "./model";
import { isIndex, splitPath } from "./path";
import { jsonPath, type SqlTarget } from "./sql";

export const MAX_SORT_KEYS = 5;

export type SortKey = string | number | null;

/** What a cursor remembers of the last row of a page: its sort keys and its unique tie-breaker. */
export interface SortPosition {
  keys: SortKey[];
  tie: string | number;
}

export interface SqlOrder {
  /** The sort keys as SQL expressions, to be selected so that the next cursor can be made. */
  keys: string[];
  /** After `ORDER BY`. */
  orderBy: string;
  /** The rows after a position. */
  after(position: SortPosition): { sql: string; params: SortKey[] };
}

/**
 * Compiles a sort for a table whose unique column `tie` decides between equals (ascending).
 * @throws ShoalError `validation_failed` for too many keys or a field name that cannot be a path.
 */
export function compileSort(sort: SortSpec[], target: SqlTarget, tie: string): SqlOrder {
  if (sort.length > MAX_SORT_KEYS) {
    throw new ShoalError("validation_failed", `sort takes at most ${MAX_SORT_KEYS} fields, not ${sort.length}`);
  }
  const keys = sort.map(({ field }) => target.fields?.[field] ?? `json_extract(${target.column}, ${sortPath(field)})`);
  const orderBy = [...keys.map((key, i) => `${key} ${sort[i]!.direction}`), `${tie} asc`].join(", ");
  return {
    keys,
    orderBy,
    after({ keys: last, tie: lastTie }) {
      const params: SortKey[] = [];
      const alternatives: string[] = [];
      for (let depth = 0; depth <= keys.length; depth++) {
        const equal = keys.slice(0, depth).map((key) => `${key} IS ?`);
        const beyond = depth < keys.length ? past(keys[depth]!, last[depth]!, sort[depth]!.direction) : `${tie} > ?`;
        if (beyond === null) continue;
        alternatives.push(`(${[...equal, beyond].join(" AND ")})`);
        params.push(...last.slice(0, depth));
        if (depth === keys.length) params.push(lastTie);
        else if (beyond.includes("?")) params.push(last[depth]!);
      }
      return { sql: `(${alternatives.join(" OR ")})`, params };
    },
  };
}

/** Keys beyond `last` in the direction; null when there are none. Nulls come first in ascending order. */
function past(key: string, last: SortKey, direction: "asc" | "desc"): string | null {
  if (direction === "asc") return last === null ? `${key} IS NOT NULL` : `${key} > ?`;
  return last === null ? null : `(${key} < ? OR ${key} IS NULL)`;
}

function sortPath(field: string): string {
  const segments = splitPath(field);
  if (field === "" || field.length > 512 || /["\\\0]/.test(field)) {
    throw new ShoalError(
      "validation_failed",
      `cannot sort by '${field}': a field is 1 to 512 characters without quotes`,
    );
  }
  const literal = jsonPath(segments);
  // In a sort, an index means the array's element.
  return segments.reduce((path, part) => (isIndex(part) ? path.replace(`."${part}"`, `[${part}]`) : path), literal);
}

/** An opaque cursor: base64url of a position and of what it belongs to. */
export function encodeCursor(position: SortPosition, sort: SortSpec[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify([position.keys, position.tie, signature(sort)]));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** @throws ShoalError `invalid_cursor` when it is garbled or was made for another sort. */
export function decodeCursor(cursor: string, sort: SortSpec[]): SortPosition {
  let parts: unknown;
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    parts = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
  } catch {
    throw new ShoalError(
      "invalid_cursor",
      "The cursor cannot be read; take it as it stands in `pagination.next_cursor`.",
    );
  }
  if (!Array.isArray(parts) || !Array.isArray(parts[0]) || parts[0].length !== sort.length || !isTie(parts[1])) {
    throw new ShoalError(
      "invalid_cursor",
      "The cursor cannot be read; take it as it stands in `pagination.next_cursor`.",
    );
  }
  if (parts[2] !== signature(sort) || !parts[0].every(isKey)) {
    throw new ShoalError("invalid_cursor", "The cursor belongs to another sort order; start again without it.");
  }
  return { keys: parts[0], tie: parts[1] };
}

const signature = (sort: SortSpec[]): string => sort.map(({ field, direction }) => `${field} ${direction}`).join();
const isTie = (value: unknown): value is string | number => typeof value === "string" || Number.isFinite(value);
const isKey = (value: unknown): value is SortKey => value === null || isTie(value);
