/** Changes to documents that are already there. Vectors never change: a new import replaces them. */
import { ShoalError } from "../../domain/errors";
import type { Filter } from "../../domain/filters/model";
import type { DocumentTarget, EditResult } from "../contract";
import { MAX_PAYLOAD_BYTES, type StoreContext, scan, select } from "./context";
import { revise } from "./revision";

const MAX_IDS = 10_000;

export class Edits {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  update(documentId: string, data: Record<string, unknown>, mode: "merge" | "replace"): void {
    const { db } = this.#context;
    db.transaction(() => {
      if (!this.#write(documentId, (old) => (mode === "merge" ? { ...old, ...data } : data)))
        throw notFound(documentId);
      revise(db, "payloads");
    });
  }

  updateEach(updates: { documentId: string; data: Record<string, unknown> }[]): EditResult[] {
    checkCount(updates.length);
    const { db } = this.#context;
    return db.transaction(() => {
      revise(db, "payloads");
      return updates.map(({ documentId, data }) =>
        attempt(documentId, () => this.#write(documentId, (old) => ({ ...old, ...data }))),
      );
    });
  }

  updateWhere(filters: Filter | null, data: Record<string, unknown>): Promise<number> {
    return this.#forEachMatch(filters, "payloads", (id) => this.#write(id, (old) => ({ ...old, ...data })));
  }

  async delete(target: DocumentTarget): Promise<{ count: number; results: EditResult[] }> {
    const { db, now, wake } = this.#context;
    wake(now() + 1000);
    if ("filters" in target) {
      return { count: await this.#forEachMatch(target.filters, "vectors", (id) => this.#delete(id)), results: [] };
    }
    checkCount(target.documentIds.length);
    const results = db.transaction(() => {
      revise(db, "vectors");
      return target.documentIds.map((id) => attempt(id, () => this.#delete(id)));
    });
    return { count: results.filter((result) => result.success).length, results };
  }

  /** In chunks, so that the object answers others meanwhile; writers wait at the gate, so the match does not move. */
  async #forEachMatch(
    filters: Filter | null,
    what: "vectors" | "payloads",
    edit: (id: string) => boolean,
  ): Promise<number> {
    const { db } = this.#context;
    let count = 0;
    for await (const chunk of scan(db, select(filters))) {
      db.transaction(() => {
        if (chunk.length > 0) revise(db, what);
        for (const { id } of chunk) if (edit(id)) count += 1;
      });
    }
    return count;
  }

  #write(documentId: string, change: (old: Record<string, unknown>) => Record<string, unknown>): boolean {
    const { db, now } = this.#context;
    const [record] = db.all<{ payload: string }>("SELECT payload FROM documents WHERE id = ?", documentId);
    if (!record) return false;
    const payload = JSON.stringify(change(JSON.parse(record.payload) as Record<string, unknown>));
    const bytes = new TextEncoder().encode(payload).byteLength;
    if (bytes > MAX_PAYLOAD_BYTES) {
      throw new ShoalError(
        "payload_too_large",
        `The payload of '${documentId}' would have ${bytes} bytes; the limit is ${MAX_PAYLOAD_BYTES}.`,
        { document_id: documentId, bytes, limit: MAX_PAYLOAD_BYTES },
      );
    }
    db.all("UPDATE documents SET payload = ?, updated = ? WHERE id = ?", payload, now(), documentId);
    return true;
  }

  #delete(documentId: string): boolean {
    const { db } = this.#context;
    const [gone] = db.all<{ segment: number }>("DELETE FROM documents WHERE id = ? RETURNING segment", documentId);
    if (!gone) return false;
    db.all("UPDATE segments SET live = live - 1 WHERE id = ?", gone.segment);
    return true;
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
