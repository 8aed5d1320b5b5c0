/** Events of changes that requests made. */
import { announce } from "../events/announce";
import type { ShoalEvent } from "../events/contract";
import { type Written, writtenEvent } from "../events/written";
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

/** Tells that documents of a collection changed; nothing where none did. */
export async function tellWritten(c: AppContext, collectionId: string, written: Written): Promise<void> {
  const event = writtenEvent(collectionId, written);
  if (event) await tell(c, event);
}
