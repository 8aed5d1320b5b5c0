import { ShoalError } from "../../domain/errors";
import { compileFilter } from "../../domain/filters/evaluate";
import type { Filter } from "../../domain/filters/model";
import { compileSql, type SqlTarget } from "../../domain/filters/sql";
import type { ObjectStore } from "../../objects/object-store";
import type { CollectionFeature, SegmentInfo, StoreConfig } from "../contract";
import { type Database, type Gate, yieldTurn } from "./database";

export interface StoreContext {
  db: Database;
  objects: ObjectStore;
  /** Milliseconds since 1970. */
  now(): number;
  /** Asks for a call of `maintain` at a time, or earlier. */
  wake(at: number): void;
  gate: Gate;
}

/** A row of `documents`. */
export interface DocumentRecord {
  row: number;
  id: string;
  payload: string;
  segment: number;
  segment_row: number;
  present: number;
  zero: number;
  created: number;
  updated: number;
}

/** Largest payload, as JSON text in bytes: with the other columns it stays below SQLite's 2 MB a row. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;

export function readConfig(db: Database): StoreConfig {
  const [row] = db.all<{ value: string }>("SELECT value FROM config");
  if (!row) throw new ShoalError("collection_not_found", "The collection's store has not been set up.");
  return JSON.parse(row.value) as StoreConfig;
}

/** Bits of the named features. @throws ShoalError `feature_not_found`. */
export function featureMask(config: StoreConfig, names: string[]): { mask: number; features: CollectionFeature[] } {
  let mask = 0;
  const features = names.map((name) => {
    const index = config.features.findIndex((feature) => feature.name === name);
    if (index < 0) {
      const known = config.features.map((feature) => feature.name).join(", ") || "none";
      throw new ShoalError(
        "feature_not_found",
        `Collection ${config.collectionId} has no feature '${name}'; it has: ${known}.`,
        { collection_id: config.collectionId, feature: name },
      );
    }
    mask |= 1 << index;
    return config.features[index]!;
  });
  return { mask, features };
}

const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;

/** How filters and sorts see the table: the payload's fields, and these beside them. */
export const TARGET: SqlTarget = {
  column: "payload",
  fields: { document_id: "id", "_internal.created_at": iso("created"), "_internal.updated_at": iso("updated") },
};

type Filterable = Pick<DocumentRecord, "id" | "payload" | "created" | "updated">;

/** A document as filters see it. */
export function filterView(record: Filterable): Record<string, unknown> {
  return {
    ...(JSON.parse(record.payload) as Record<string, unknown>),
    document_id: record.id,
    _internal: {
      created_at: new Date(record.created).toISOString(),
      updated_at: new Date(record.updated).toISOString(),
    },
  };
}

export interface Selection {
  /** Condition on `documents`. */
  sql: string;
  params: string[];
  /** What SQL could not decide, or null when it decided all. */
  test: ((record: Filterable) => boolean) | null;
}

/** The documents of a filter: an SQL condition, and a test for those that pass it. */
export function select(filters: Filter | null): Selection {
  const { sql, params, exact } = compileSql(filters, TARGET);
  const test = compileFilter(filters);
  return { sql, params, test: exact ? null : (record) => test(filterView(record)) };
}

/** Rows looked at between two pauses, and bytes of payload: the object's other callers wait no longer than this takes. */
const CHUNK_ROWS = 4000;
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The selected documents in row order, chunk by chunk, with a pause after each. Rows written meanwhile by others may be
 * seen or not; a caller that cannot have that holds the gate. `columns` names what is read of rows that SQL alone
 * selects; it has to hold `row` and `payload`.
 */
export async function* scan<Row extends { row: number; payload: string } = DocumentRecord>(
  db: Database,
  { sql, params, test }: Selection,
  columns = "*",
): AsyncGenerator<Row[]> {
  const query = `SELECT ${columns} FROM documents WHERE row > ? AND ${sql} ORDER BY row LIMIT ${CHUNK_ROWS}`;
  for (let last = 0; ; ) {
    const chunk: Row[] = [];
    let passed = 0;
    let bytes = 0;
    for (const record of db.each<Row & DocumentRecord>(query, last, ...params)) {
      passed += 1;
      last = record.row;
      bytes += record.payload.length;
      if (test === null || test(record)) chunk.push(record);
      if (bytes > CHUNK_BYTES) break;
    }
    yield chunk;
    if (passed < CHUNK_ROWS && bytes <= CHUNK_BYTES) return;
    await yieldTurn();
  }
}

interface SegmentRecord {
  id: number;
  key: string;
  rows: number;
  bytes: number;
  columns: string;
}

export function readSegments(db: Database, ids: Iterable<number>): SegmentInfo[] {
  const wanted = JSON.stringify([...new Set(ids)].filter((id) => id >= 0));
  return db
    .all<SegmentRecord>(
      "SELECT id, key, rows, bytes, columns FROM segments WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
      wanted,
    )
    .map((record) => ({ ...record, columns: JSON.parse(record.columns) as SegmentInfo["columns"] }));
}
