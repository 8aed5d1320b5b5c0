/**
 * Vectors that follow their documents' text. A lexical vector is made anew when an edit changes the text; that of a model is
 * dropped, because the model is not at hand here: no vector is better than that of another text.
 */
import { newId } from "../../domain/ids";
import { isBlank, textOf } from "../../domain/text/feature";
import { lexicalVector } from "../../domain/text/lexical";
import { keys } from "../../objects/keys";
import type { CollectionFeature, StoreConfig } from "../contract";
import { type VectorColumn, vectorColumn } from "../ingest/vectors";
import { encodeSegment, SEGMENT_BYTES, segmentCapacity } from "../segments";
import { readConfig, type StoreContext } from "./context";
import { GARBAGE_DELAY_MS } from "./maintenance";

/** The features of a collection that are made of text, as edits look at them. */
export function textFeatures(features: CollectionFeature[]) {
  const paths = [...new Set(features.flatMap(({ text }) => text?.paths ?? []))];
  return {
    differ: (before: unknown, after: unknown): boolean =>
      paths.length > 0 && textOf(before, paths).text !== textOf(after, paths).text,
  };
}

/** Vectors that lie in the object store, belonging to nobody before `apply`. */
export interface MadeVectors {
  /** To be called in the transaction that writes the payloads. */
  apply(): void;
}

interface Placed {
  row: number;
  present: number;
  zero: number;
  /** In the segment; -1 where the document has no vector any more. */
  place: number;
}

interface NewSegment {
  key: string;
  rows: number;
  bytes: number;
  columns: string;
  documents: Placed[];
}

/** Makes and stores the vectors of these documents' new payloads. */
export async function madeAnew(context: StoreContext, edits: { row: number; payload: string }[]): Promise<MadeVectors> {
  const config = readConfig(context.db);
  const segments: NewSegment[] = [];
  let writer = new SegmentWriter(config);
  for (const { row, payload } of edits) {
    writer.add(row, payload);
    if (!writer.isFull) continue;
    segments.push(await writer.store(context));
    writer = new SegmentWriter(config);
  }
  segments.push(await writer.store(context));
  const apply = () => {
    for (const segment of segments) record(context, segment);
  };
  return { apply };
}

class SegmentWriter {
  readonly #config: StoreConfig;
  readonly #columns: VectorColumn[];
  readonly #documents: Placed[] = [];
  #rows = 0;

  constructor(config: StoreConfig) {
    this.#config = config;
    const capacity = segmentCapacity(config.features);
    this.#columns = config.features.map((feature) => vectorColumn(feature, capacity));
  }

  get isFull(): boolean {
    const bytes = this.#columns.reduce((sum, column) => sum + column.bytes(this.#rows), 0);
    return this.#rows === segmentCapacity(this.#config.features) || bytes >= SEGMENT_BYTES;
  }

  add(row: number, payload: string): void {
    const document: unknown = JSON.parse(payload);
    let present = 0;
    let zero = 0;
    this.#config.features.forEach(({ text }, i) => {
      const found = text && !text.embedding ? textOf(document, text.paths).text : "";
      const isZero = this.#columns[i]!.set(this.#rows, isBlank(found) ? null : lexicalVector(found));
      if (isBlank(found)) return;
      present |= 1 << i;
      if (isZero) zero |= 1 << i;
    });
    this.#documents.push({ row, present, zero, place: present === 0 ? -1 : this.#rows });
    if (present !== 0) this.#rows += 1;
  }

  /** Garbage until the documents point at it: a crash in between leaves no file behind. */
  async store({ db, objects, now, wake }: StoreContext): Promise<NewSegment> {
    const { namespaceId, collectionId, features } = this.#config;
    const key = keys.segment(namespaceId, collectionId, newId("batch"));
    const rows = this.#rows;
    if (rows === 0) return { key, rows, bytes: 0, columns: "", documents: this.#documents };
    const values = this.#columns.map((column) => column.rows(rows));
    const { bytes, columns } = encodeSegment(features, values, rows);
    db.all("INSERT INTO garbage (key, due) VALUES (?, ?)", key, now() + GARBAGE_DELAY_MS);
    wake(now() + GARBAGE_DELAY_MS);
    await objects.put(key, bytes);
    return { key, rows, bytes: bytes.byteLength, columns: JSON.stringify(columns), documents: this.#documents };
  }
}

function record({ db, now, wake }: StoreContext, { key, rows, bytes, columns, documents }: NewSegment): void {
  let id = -1;
  if (rows > 0) {
    const sql = "INSERT INTO segments (key, rows, bytes, columns, live) VALUES (?, ?, ?, ?, ?) RETURNING id";
    id = db.all<{ id: number }>(sql, key, rows, bytes, columns, rows)[0]!.id;
    db.all("DELETE FROM garbage WHERE key = ?", key);
  }
  for (const { row, present, zero, place } of documents) {
    const [old] = db.all<{ segment: number }>("SELECT segment FROM documents WHERE row = ?", row);
    db.all("UPDATE segments SET live = live - 1 WHERE id = ?", old!.segment);
    db.all(
      "UPDATE documents SET segment = ?, segment_row = ?, present = ?, zero = ? WHERE row = ?",
      place < 0 ? -1 : id,
      place,
      present,
      zero,
      row,
    );
  }
  wake(now() + 1000);
}
