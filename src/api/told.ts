/** Events of changes that requests made. */
import { announce } from "../events/announce";
import type { ShoalEvent } from "../events/contract";
import { type AppContext, services } from "./context";

/**
 * Tells what a request changed, after it was written. A change that is done is answered as done: an event that cannot be
 * written is logged instead.
 * @param told `id` where the same change may be told twice
 */
export async function tell(
  c: AppContext,
  told: Pick<ShoalEvent, "type" | "subject" | "metadata"> & { id?: string },
): Promise<void> {
  await announce(c.env, services(c).db, { ...told, namespaceId: c.var.namespace.id }).catch((error: unknown) =>
    console.error(
      JSON.stringify({ event: "event_lost", type: told.type, subject: told.subject, reason: String(error) }),
    ),
  );
}

export const tellCluster = (
  c: AppContext,
  change: "created" | "updated" | "deleted",
  clusterId: string,
  metadata: Record<string, unknown>,
): Promise<void> =>
  tell(c, {
    type: `cluster.${change}`,
    subject: { type: "cluster", id: clusterId },
    metadata: { cluster_id: clusterId, ...metadata },
  });

export const tellCollection = (
  c: AppContext,
  change: "created" | "updated" | "deleted",
  collectionId: string,
  metadata: Record<string, unknown>,
): Promise<void> =>
  tell(c, {
    type: `collection.${change}`,
    subject: { type: "collection", id: collectionId },
    metadata: { collection_id: collectionId, ...metadata },
  });

export interface Written {
  /** The import's batch: names the event, so that a repeated answer tells it once. */
  batchId?: string;
  inserted?: number;
  updated?: number;
  deleted?: number;
}

/** Tells that documents of a collection changed; nothing where none did. */
export async function tellWritten(c: AppContext, collectionId: string, written: Written): Promise<void> {
  const { batchId, inserted = 0, updated = 0, deleted = 0 } = written;
  if (inserted + updated + deleted === 0) return;
  await tell(c, {
    ...(batchId ? { id: `evt_${batchId.replace(/^batch_/, "")}written` } : {}),
    type: "collection.documents.written",
    subject: { type: "collection", id: collectionId },
    metadata: { collection_id: collectionId, batch_id: batchId ?? null, inserted, updated, deleted },
  });
}
