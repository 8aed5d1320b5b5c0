import { deleteCollection } from "../../../db/collections";
import { services } from "../../context";
import { operation } from "../../operation";
import { DELETED, GenericDeleteResponse } from "../../schemas/common";
import { tellCollection } from "../../told";
import { requireCollection } from "./find";
import { CollectionParams } from "./schemas";

export const deleteCollectionOperation = operation(
  {
    id: "delete_collection",
    method: "delete",
    path: "/v1/collections/{collection_identifier}",
    tag: "Collections",
    summary: "Delete a collection and its documents",
    description: "Artifacts of finished runs hold ids and coordinates only, and stay.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    answer: { description: "Deleted.", schema: GenericDeleteResponse, example: DELETED },
  },
  async (c, { params }) => {
    const { db, collectionStore } = services(c);
    const { id, name } = await requireCollection(c, params.collection_identifier);
    // The documents first: should this stop half-way, the collection is still there to be deleted again.
    await collectionStore(id).destroy();
    await deleteCollection(db, c.var.namespace.id, id);
    await tellCollection(c, "deleted", id, { collection_name: name });
    return DELETED;
  },
);
