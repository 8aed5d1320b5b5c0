import { updateCollection } from "../../../db/collections";
import { services } from "../../context";
import { operation } from "../../operation";
import { requireCollection } from "./find";
import { renderCollection } from "./render";
import { COLLECTION_EXAMPLE, CollectionParams, CollectionResponse, PATCHABLE, PatchCollectionRequest } from "./schemas";

export const patchCollectionOperation = operation(
  {
    id: "patch_collection",
    method: "patch",
    path: "/v1/collections/{collection_identifier}",
    tag: "Collections",
    summary: "Change a collection",
    description: "Changes what the body names; null and absent leave a field as it is. Features cannot change.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    body: { schema: PatchCollectionRequest, example: { description: "Handwritten digits, 8 × 8" } },
    answer: { description: "The changed collection.", schema: CollectionResponse, example: COLLECTION_EXAMPLE },
    errors: [409],
  },
  async (c, { params, body }) => {
    const { db, collectionStore } = services(c);
    const { id, doc } = await requireCollection(c, params.collection_identifier);
    const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
    const named = Object.fromEntries(given.filter(([field]) => PATCHABLE.includes(field)));
    const warnings = given
      .filter(([field]) => !PATCHABLE.includes(field))
      .map(([field]) => ({ loc: ["body", field], msg: `cannot be changed; a PATCH takes ${PATCHABLE.join(", ")}` }));
    const updated = await updateCollection(db, { ...doc, ...named });
    return { ...renderCollection(updated, await collectionStore(id).count(null)), warnings };
  },
);
