import { restoringErrors } from "../domain/errors";
import type { Env } from "../env";
import type { CollectionStoreApi } from "./contract";

/** Name of a collection's Durable Object. */
export const storeName = (namespaceId: string, collectionId: string): string => `${namespaceId}/${collectionId}`;

/** The store of a collection, its errors restored: what is thrown on the other side of the RPC is thrown here. */
export function collectionStore(
  env: Pick<Env, "COLLECTIONS">,
  namespaceId: string,
  collectionId: string,
): CollectionStoreApi {
  // The stub's own type gives up on payloads of unknown shape; the object behind it implements this interface.
  const stub = env.COLLECTIONS.getByName(storeName(namespaceId, collectionId)) as unknown as CollectionStoreApi;
  return restoringErrors(stub);
}
