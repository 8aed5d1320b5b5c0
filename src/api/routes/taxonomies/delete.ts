import { deleteTaxonomy, requireTaxonomy } from "../../../db/taxonomies";
import { keys } from "../../../objects/keys";
import { deletePrefix } from "../../../objects/object-store";
import { announceTaxonomy } from "../../../taxonomies/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { DELETED, GenericDeleteResponse } from "../../schemas/common";
import { TaxonomyPath } from "./schemas";

export const deleteTaxonomyOperation = operation(
  {
    id: "delete_taxonomy",
    method: "delete",
    path: "/v1/taxonomies/{taxonomy_identifier}",
    tag: "Taxonomies",
    summary: "Delete a taxonomy",
    description: "All its versions. What it wrote into documents stays.",
    access: { scope: "write", namespaced: true },
    params: TaxonomyPath,
    answer: { description: "Deleted.", schema: GenericDeleteResponse, example: DELETED },
  },
  async (c, { params }) => {
    const { db, objects } = services(c);
    const namespaceId = c.var.namespace.id;
    const doc = await requireTaxonomy(db, namespaceId, params.taxonomy_identifier);
    await deletePrefix(objects, keys.taxonomy(namespaceId, doc.taxonomy_id));
    await deleteTaxonomy(db, namespaceId, doc.taxonomy_id);
    await announceTaxonomy({ env: c.env, db }, "taxonomy.deleted", doc);
    return DELETED;
  },
);
