/** Documents of a collection were written: the event, by whoever tells it. */
import type { ShoalEvent } from "./contract";

export interface Written {
  /** The import's batch: names the event, so that however often it is told it is one. */
  batchId?: string;
  inserted?: number;
  updated?: number;
  deleted?: number;
}

/** null where nothing changed. */
export function writtenEvent(
  collectionId: string,
  { batchId, inserted = 0, updated = 0, deleted = 0 }: Written,
): (Pick<ShoalEvent, "type" | "subject" | "metadata"> & { id?: string }) | null {
  if (inserted + updated + deleted === 0) return null;
  return {
    ...(batchId ? { id: `evt_${batchId.replace(/^batch_/, "")}written` } : {}),
    type: "collection.documents.written",
    subject: { type: "collection", id: collectionId },
    metadata: { collection_id: collectionId, batch_id: batchId ?? null, inserted, updated, deleted },
  };
}
