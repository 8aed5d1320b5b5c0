import { type CollectionRow, findCollection } from "../../../db/collections";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";

/** The collection of this namespace by id or name, or a 404. `isKnown`: as it was at the request's beginning. */
export async function requireCollection(c: AppContext, identifier: string, isKnown = true): Promise<CollectionRow> {
  const named = c.var.target.collection;
  const row =
    isKnown && named?.identifier === identifier
      ? named.row
      : await findCollection(services(c).db, c.var.namespace.id, identifier);
  if (row) return row;
  throw new ShoalError("collection_not_found", `There is no collection "${identifier}" in this namespace.`, {
    resource: "collection",
    id: identifier,
  });
}
