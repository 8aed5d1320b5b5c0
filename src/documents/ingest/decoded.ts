/** What every decoder gives: rows as they came, not yet checked against each other or stored. */
import type { CollectionFeature, RowError } from "../contract";

/**
 * A vector still to be checked: numbers, `{indices, values}`, or several arrays of numbers. Arrow gives float arrays, JSON
 * whatever was written.
 */
export type RawVector = unknown;

export interface DecodedRow {
  /** 1-based: line of NDJSON, element or row of the other formats. */
  line: number;
  documentId: string | null;
  /** JSON text of an object. */
  payload: string;
  /** By feature of the collection; null where the row has none. */
  vectors: RawVector[];
}

export interface DecodedBatch {
  rows: DecodedRow[];
  refused: RowError[];
}

/** A row that is refused; the others go on. */
export class RowRefusal extends Error {
  readonly code: string;
  readonly documentId: string | null;

  constructor(code: string, message: string, documentId: string | null = null) {
    super(message);
    this.code = code;
    this.documentId = documentId;
  }
}

/** Decodes a row into the batch: what the row is refused for becomes an entry of `refused`. */
export function decodeInto(batch: DecodedBatch, line: number, decode: () => DecodedRow): void {
  try {
    batch.rows.push(decode());
  } catch (error) {
    if (!(error instanceof RowRefusal)) throw error;
    batch.refused.push({ line, document_id: error.documentId, code: error.code, message: error.message });
  }
}

/** Index of a feature named by its name or URI, or -1. */
export function featureIndex(features: CollectionFeature[], name: string): number {
  return features.findIndex((feature) => feature.name === name || feature.uri === name);
}
