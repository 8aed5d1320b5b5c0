import { findCollection } from "../../../db/collections";
import type { CollectionFeatures } from "../../../domain/definition/features";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";

/** The named collections of this namespace with their features, in the order given. A missing one is a 404. */
export function inputCollections(c: AppContext, identifiers: string[]): Promise<CollectionFeatures[]> {
  const { db } = services(c);
  return Promise.all(
    identifiers.map(async (identifier) => {
      const found = await findCollection(db, c.var.namespace.id, identifier);
      if (found) return { collectionId: found.id, features: found.features };
      throw new ShoalError("collection_not_found", `There is no collection "${identifier}" in this namespace.`, {
        resource: "collection",
        id: identifier,
      });
    }),
  );
}
