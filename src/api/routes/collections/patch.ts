import { updateCollection } from "../../../db/collections";
import { checkApplications } from "../../../taxonomies/applications";
import { untilUndisturbed } from "../../concurrency";
import { services } from "../../context";
import { operation } from "../../operation";
import { tellCollection } from "../../told";
import { withoutEffect } from "./effects";
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
    const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
    const patch = Object.fromEntries(given.filter(([field]) => PATCHABLE.includes(field)));
    const named = await checkApplications({ db }, c.var.namespace.id, patch);
    const refused = given
      .filter(([field]) => !PATCHABLE.includes(field))
      .map(([field]) => ({ loc: ["body", field], msg: `cannot be changed; a PATCH takes ${PATCHABLE.join(", ")}` }));
    const warnings = [...refused, ...withoutEffect(named)];
    const updated = await untilUndisturbed(async (isFirst) => {
      const { doc } = await requireCollection(c, params.collection_identifier, isFirst);
      return updateCollection(db, doc, named);
    });
    const { collection_id: id, collection_name } = updated;
    await tellCollection(c, "updated", id, { collection_name, fields: Object.keys(named) });
    const count = await collectionStore(updated.collection_id).count(null);
    return { ...renderCollection(updated, count), warnings };
  },
);
