import { findCollections } from "../db/collections";
import type { Db } from "../db/connect";
import type { CollectionFeatures } from "../domain/definition/features";
import { ShoalError } from "../domain/errors";

/** The named collections of a namespace with their features, in the order given. A missing one is a 404. */
export async function inputCollections(
  db: Db,
  namespaceId: string,
  identifiers: string[],
): Promise<CollectionFeatures[]> {
  const found = await findCollections(db, namespaceId, identifiers);
  return found.map((collection, i) => {
    if (collection) return { collectionId: collection.id, features: collection.features };
    const id = identifiers[i];
    const msg = `There is no collection "${id}" in this namespace.`;
    throw new ShoalError("collection_not_found", msg, { resource: "collection", id });
  });
}
