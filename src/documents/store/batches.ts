/**
 * Imports. Rows are staged beside the documents and become visible together, in one transaction, at the commit. What a
 * crash leaves staged is dropped, with its files, when the batch has been quiet for an hour.
 */
import { ShoalError } from "../../domain/errors";
import type { Written } from "../../events/written";
import { keys } from "../../objects/keys";
import { deletePrefix } from "../../objects/object-store";
import type { BatchSummary, ImportOutcome, RowError, SegmentInfo, StagedDocument } from "../contract";
import { readConfig, type StoreContext } from "./context";
import { insertRows } from "./database";
import { revise } from "./revision";

export const STALE_BATCH_MS = 60 * 60 * 1000;
export const MAX_REPORTED_ERRORS = 1000;

const TOLD_AT_ONCE = 100;

/** States of a batch: it takes rows; it has ended; it is given up and its files are still to be deleted. */
const ENDED = 0;
const OPEN = 1;
const LEAVING = 2;

interface BatchRecord {
  number: number;
  id: string;
  summary: string;
  open: typeof ENDED | typeof OPEN | typeof LEAVING;
}

export class Batches {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  begin(batchId: string): BatchSummary {
    const known = this.get(batchId);
    if (known) return known;
    const now = this.#context.now();
    const summary: BatchSummary = {
      batch_id: batchId,
      status: "PROCESSING",
      received: 0,
      inserted: 0,
      updated: 0,
      failed: 0,
      errors: [],
      created_at: new Date(now).toISOString(),
      completed_at: null,
    };
    this.#context.db.all(
      `INSERT INTO batches (id, summary, touched, open) VALUES (?, ?, ?, ${OPEN})`,
      batchId,
      JSON.stringify(summary),
      now,
    );
    this.#context.wake(now + STALE_BATCH_MS);
    return summary;
  }

  get(batchId: string): BatchSummary | null {
    const record = this.#find(batchId);
    return record && (JSON.parse(record.summary) as BatchSummary);
  }

  /** Repeatable: a row that is already staged under the same line is left as it is. */
  stage(batchId: string, segment: Omit<SegmentInfo, "id"> | null, documents: StagedDocument[]): RowError[] {
    const { db, now } = this.#context;
    const batch = this.#open(batchId);
    return db.transaction(() => {
      db.all("UPDATE batches SET touched = ? WHERE number = ?", now(), batch.number);
      const segmentId = segment ? this.#segmentId(segment, batch.number) : -1;
      const lines = insertRows<{ line: number }>(
        db,
        {
          into: "INSERT INTO staged (batch, id, line, payload, segment, segment_row, present, zero)",
          tuple: `(${batch.number}, ?, ?, ?, ?, ?, ?, ?)`,
          suffix: "ON CONFLICT (batch, id) DO NOTHING RETURNING line",
        },
        documents.map(({ documentId, line, payload, segmentRow, present, zero }) => {
          return [documentId, line, payload, segmentRow < 0 ? -1 : segmentId, segmentRow, present, zero];
        }),
      );
      const staged = new Set(lines.map((row) => row.line));
      if (staged.size === documents.length) return [];
      return documents.flatMap((document) => (staged.has(document.line) ? [] : this.#duplicate(batch, document)));
    });
  }

  #duplicate(batch: BatchRecord, { line, documentId }: StagedDocument): RowError[] {
    const [first] = this.#context.db.all<{ line: number }>(
      "SELECT line FROM staged WHERE batch = ? AND id = ?",
      batch.number,
      documentId,
    );
    if (!first || first.line === line) return [];
    const message = `document_id '${documentId}' already came on line ${first.line} of this import`;
    return [{ line, document_id: documentId, code: "duplicate_document_id", message }];
  }

  #segmentId({ key, rows, bytes, columns }: Omit<SegmentInfo, "id">, batch: number): number {
    const [segment] = this.#context.db.all<{ id: number }>(
      `INSERT INTO segments (key, rows, bytes, columns, live, batch) VALUES (?, ?, ?, ?, 0, ?)
       ON CONFLICT (key) DO UPDATE SET rows = excluded.rows RETURNING id`,
      key,
      rows,
      bytes,
      JSON.stringify(columns),
      batch,
    );
    return segment!.id;
  }

  commit(batchId: string, { received, errors, failed, warnings, announced }: ImportOutcome): BatchSummary {
    const { db } = this.#context;
    return db.transaction(() => {
      const record = this.#find(batchId);
      if (record && record.open !== OPEN) return JSON.parse(record.summary) as BatchSummary;
      const batch = this.#open(batchId);
      const { inserted, updated } = this.#publish(batch.number);
      if (inserted + updated > 0) revise(db, "vectors");
      const summary: BatchSummary = {
        ...(JSON.parse(batch.summary) as BatchSummary),
        status: failed === 0 ? "COMPLETED" : inserted + updated === 0 ? "FAILED" : "COMPLETED_WITH_ERRORS",
        received,
        inserted,
        updated,
        failed,
        errors: errors.toSorted((a, b) => a.line - b.line).slice(0, MAX_REPORTED_ERRORS),
        ...(warnings && warnings.length > 0 ? { warnings } : {}),
        completed_at: new Date(this.#context.now()).toISOString(),
      };
      db.all(
        "UPDATE batches SET summary = ?, open = ?, untold = ? WHERE number = ?",
        JSON.stringify(summary),
        ENDED,
        announced && inserted + updated > 0 ? 1 : 0,
        batch.number,
      );
      return summary;
    });
  }

  #publish(batch: number): { inserted: number; updated: number } {
    const { db, now } = this.#context;
    const [counts] = db.all<{ staged: number; updated: number }>(
      `SELECT count(*) AS staged, count(d.row) AS updated FROM staged LEFT JOIN documents d ON d.id = staged.id
       WHERE batch = ?`,
      batch,
    );
    const { staged, updated } = counts!;
    if (updated > 0) {
      // The rows that are replaced die in their segments.
      db.all(
        `UPDATE segments SET live = live - gone.rows FROM (SELECT d.segment AS id, count(*) AS rows FROM staged
         JOIN documents d ON d.id = staged.id WHERE batch = ? GROUP BY d.segment) AS gone WHERE gone.id = segments.id`,
        batch,
      );
    }
    const time = now();
    db.all(
      `INSERT INTO documents (id, payload, segment, segment_row, present, zero, created, updated)
       SELECT id, payload, segment, segment_row, present, zero, ${time}, ${time} FROM staged WHERE batch = ? ORDER BY seq
       ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, segment = excluded.segment,
       segment_row = excluded.segment_row, present = excluded.present, zero = excluded.zero, updated = excluded.updated`,
      batch,
    );
    db.all(
      `UPDATE segments SET batch = NULL, live = (SELECT count(*) FROM staged WHERE segment = segments.id AND batch = ?)
       WHERE batch = ?`,
      batch,
      batch,
    );
    db.all("DELETE FROM staged WHERE batch = ?", batch);
    this.#context.wake(time + 1000);
    return { inserted: staged - updated, updated };
  }

  /**
   * Gives an import up: its rows go now, its files with them. A committed batch stays; one that was given up before may
   * have got files since, from an importer that did not know.
   */
  async abandon(batchId: string): Promise<void> {
    const { db, objects } = this.#context;
    const batch = this.#find(batchId);
    if (!batch) return;
    if (batch.open === OPEN) this.#giveUp(batch);
    else if ((JSON.parse(batch.summary) as BatchSummary).status !== "FAILED") return;
    const { namespaceId, collectionId } = readConfig(db);
    await deletePrefix(objects, segmentPrefix(namespaceId, collectionId, batchId));
    await deletePrefix(objects, keys.upload(namespaceId, collectionId, `${batchId}-`));
    db.all("UPDATE batches SET open = ? WHERE number = ?", ENDED, batch.number);
  }

  #giveUp(batch: BatchRecord): void {
    const { db, now, wake } = this.#context;
    const summary = JSON.parse(batch.summary) as BatchSummary;
    summary.status = "FAILED";
    summary.completed_at = new Date(now()).toISOString();
    db.transaction(() => {
      db.all("DELETE FROM staged WHERE batch = ?", batch.number);
      db.all("DELETE FROM segments WHERE batch = ?", batch.number);
      db.all(
        "UPDATE batches SET summary = ?, open = ? WHERE number = ?",
        JSON.stringify(summary),
        LEAVING,
        batch.number,
      );
    });
    // A crash before the files are gone is made up for by the alarm.
    wake(now() + STALE_BATCH_MS);
  }

  async abandonStale(): Promise<void> {
    const { db, now, wake } = this.#context;
    const left = db.all<{ id: string; touched: number }>("SELECT id, touched FROM batches WHERE open <> ?", ENDED);
    for (const { id, touched } of left) {
      if (touched + STALE_BATCH_MS <= now()) await this.abandon(id);
      else wake(touched + STALE_BATCH_MS);
    }
  }

  /** Committed batches that somebody may not have been told of, the oldest first. */
  untold(): Required<Pick<Written, "batchId" | "inserted" | "updated">>[] {
    return this.#context.db.all(
      `SELECT id AS batchId, summary ->> 'inserted' AS inserted, summary ->> 'updated' AS updated
       FROM batches WHERE untold = 1 ORDER BY number LIMIT ${TOLD_AT_ONCE}`,
    );
  }

  told(batchId: string): void {
    this.#context.db.all("UPDATE batches SET untold = 0 WHERE id = ?", batchId);
  }

  #find(batchId: string): BatchRecord | null {
    return this.#context.db.all<BatchRecord>("SELECT * FROM batches WHERE id = ?", batchId)[0] ?? null;
  }

  #open(batchId: string): BatchRecord {
    const batch = this.#find(batchId);
    if (!batch) throw new ShoalError("batch_not_found", `There is no batch ${batchId}.`, { batch_id: batchId });
    if (batch.open !== OPEN) {
      throw new ShoalError("batch_not_found", `Batch ${batchId} has ended; begin another.`, { batch_id: batchId });
    }
    return batch;
  }
}

/** Segments of a batch are `<batch>-<n>`, so that even those never recorded can be found. */
export const batchSegmentKey = (namespaceId: string, collectionId: string, batchId: string, n: number): string =>
  keys.segment(namespaceId, collectionId, `${batchId}-${n}`);

/** What an import keeps in the object store while it reads it, numbered likewise. */
export const batchUploadKey = (namespaceId: string, collectionId: string, batchId: string, n: number): string =>
  keys.upload(namespaceId, collectionId, `${batchId}-${n}`);

const segmentPrefix = (namespaceId: string, collectionId: string, batchId: string): string =>
  `${keys.segment(namespaceId, collectionId, batchId).replace(/\.arrow$/, "")}-`;
