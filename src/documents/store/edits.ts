/**
 * Changes to documents that are already there. Vectors that documents brought stay: a new import replaces them. Those that
 * are made of text change with it, in the same transaction as the payload.
 */
import { ShoalError } from "../../domain/errors";
import type { Filter } from "../../domain/filters/model";
import type { DocumentTarget, EditResult } from "../contract";
import { type DocumentRecord, MAX_PAYLOAD_BYTES, readConfig, type StoreContext, scan, select } from "./context";
import { revise } from "./revision";
import { type MadeVectors, madeAnew, textFeatures } from "./text-vectors";

const MAX_IDS = 10_000;

type Change = (old: Record<string, unknown>) => Record<string, unknown>;

/** A payload that is to be written. */
interface Edit {
  row: number;
  payload: string;
  /** Whether a text changes that vectors are made of. */
  textChanges: boolean;
}

export class Edits {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  async update(documentId: string, data: Record<string, unknown>, mode: "merge" | "replace"): Promise<void> {
    const draft = new Draft(this.#context);
    if (!draft.edit(documentId, (old) => (mode === "merge" ? { ...old, ...data } : data))) throw notFound(documentId);
    await this.#write(draft);
  }

  async updateEach(updates: { documentId: string; data: Record<string, unknown> }[]): Promise<EditResult[]> {
    checkCount(updates.length);
    const draft = new Draft(this.#context);
    const results = updates.map(({ documentId, data }) =>
      attempt(documentId, () => draft.edit(documentId, (old) => ({ ...old, ...data }))),
    );
    await this.#write(draft);
    return results;
  }

  async updateWhere(filters: Filter | null, data: Record<string, unknown>): Promise<number> {
    let count = 0;
    for await (const chunk of scan(this.#context.db, select(filters))) {
      const draft = new Draft(this.#context);
      for (const record of chunk) draft.editRecord(record, (old) => ({ ...old, ...data }));
      await this.#write(draft);
      count += chunk.length;
    }
    return count;
  }

  /** Vectors are stored first and take effect with the payloads; nobody else writes meanwhile. */
  async #write(draft: Draft): Promise<void> {
    const { db, now } = this.#context;
    const edits = [...draft.edits.values()];
    if (edits.length === 0) return;
    const changed = edits.filter(({ textChanges }) => textChanges);
    const made: MadeVectors | null = changed.length > 0 ? await madeAnew(this.#context, changed) : null;
    db.transaction(() => {
      revise(db, "payloads");
      const time = now();
      for (const { row, payload } of edits) {
        db.all("UPDATE documents SET payload = ?, updated = ? WHERE row = ?", payload, time, row);
      }
      if (!made) return;
      revise(db, "vectors");
      made.apply();
    });
  }

  async delete(target: DocumentTarget): Promise<{ count: number; results: EditResult[] }> {
    const { db, now, wake } = this.#context;
    wake(now() + 1000);
    if ("filters" in target) {
      return { count: await this.#deleteMatches(target.filters), results: [] };
    }
    checkCount(target.documentIds.length);
    const results = db.transaction(() => {
      revise(db, "vectors");
      return target.documentIds.map((id) => attempt(id, () => this.#delete(id)));
    });
    return { count: results.filter((result) => result.success).length, results };
  }

  /** In chunks, so that the object answers others meanwhile; writers wait at the gate, so the match does not move. */
  async #deleteMatches(filters: Filter | null): Promise<number> {
    const { db } = this.#context;
    let count = 0;
    for await (const chunk of scan(db, select(filters))) {
      db.transaction(() => {
        if (chunk.length > 0) revise(db, "vectors");
        for (const { id } of chunk) if (this.#delete(id)) count += 1;
      });
    }
    return count;
  }

  #delete(documentId: string): boolean {
    const { db } = this.#context;
    const [gone] = db.all<{ segment: number }>("DELETE FROM documents WHERE id = ? RETURNING segment", documentId);
    if (!gone) return false;
    db.all("UPDATE segments SET live = live - 1 WHERE id = ?", gone.segment);
    return true;
  }
}

/** Edits that are decided and not yet written; a document that is named twice is edited twice. */
class Draft {
  readonly edits = new Map<number, Edit>();
  readonly #context: StoreContext;
  readonly #texts: ReturnType<typeof textFeatures>;

  constructor(context: StoreContext) {
    this.#context = context;
    this.#texts = textFeatures(readConfig(context.db).features);
  }

  /** False when there is no such document. */
  edit(documentId: string, change: Change): boolean {
    const sql = "SELECT row, id, payload FROM documents WHERE id = ?";
    const [record] = this.#context.db.all<DocumentRecord>(sql, documentId);
    if (record) this.editRecord(record, change);
    return record !== undefined;
  }

  editRecord({ row, id, payload: stored }: Pick<DocumentRecord, "row" | "id" | "payload">, change: Change): void {
    const earlier = this.edits.get(row);
    const old = JSON.parse(earlier?.payload ?? stored) as Record<string, unknown>;
    const changed = change(old);
    const payload = JSON.stringify(changed);
    const bytes = new TextEncoder().encode(payload).byteLength;
    if (bytes > MAX_PAYLOAD_BYTES) {
      throw new ShoalError(
        "payload_too_large",
        `The payload of '${id}' would have ${bytes} bytes; the limit is ${MAX_PAYLOAD_BYTES}.`,
        { document_id: id, bytes, limit: MAX_PAYLOAD_BYTES },
      );
    }
    const textChanges = earlier?.textChanges || this.#texts.differ(old, changed);
    this.edits.set(row, { row, payload, textChanges });
  }
}

function attempt(documentId: string, edit: () => boolean): EditResult {
  try {
    if (edit()) return { documentId, success: true, error: null };
    return { documentId, success: false, error: notFound(documentId).message };
  } catch (error) {
    if (error instanceof ShoalError) return { documentId, success: false, error: error.message };
    throw error;
  }
}

function checkCount(count: number): void {
  if (count > MAX_IDS) {
    throw new ShoalError("validation_failed", `At most ${MAX_IDS} documents an edit, not ${count}.`, {
      limit: MAX_IDS,
    });
  }
}

export const notFound = (documentId: string): ShoalError =>
  new ShoalError("document_not_found", `There is no document '${documentId}'.`, { document_id: documentId });
