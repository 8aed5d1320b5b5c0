import { describeTaxonomy, requireTaxonomy, type TaxonomyDoc } from "../../../db/taxonomies";
import { announceTaxonomy } from "../../../taxonomies/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { PatchTaxonomyRequest, TAXONOMY_EXAMPLE, TaxonomyPath, TaxonomyResponse } from "./schemas";

export const patchTaxonomyOperation = operation(
  {
    id: "patch_taxonomy",
    method: "patch",
    path: "/v1/taxonomies/{taxonomy_identifier}",
    tag: "Taxonomies",
    summary: "Rename or describe a taxonomy",
    description:
      "Changes what all versions share; null and absent leave a field as it is. Another configuration is a new version.",
    access: { scope: "write", namespaced: true },
    params: TaxonomyPath,
    body: { schema: PatchTaxonomyRequest, example: { description: "What our products are about" } },
    answer: { description: "The changed taxonomy.", schema: TaxonomyResponse, example: TAXONOMY_EXAMPLE },
    errors: [409],
  },
  async (c, { params, body }): Promise<TaxonomyDoc> => {
    const { db } = services(c);
    const before = await requireTaxonomy(db, c.var.namespace.id, params.taxonomy_identifier);
    const { taxonomy_name, description, metadata } = body;
    const changed = await describeTaxonomy(db, before, {
      ...(taxonomy_name && { taxonomy_name }),
      ...(typeof description === "string" && { description }),
      ...(metadata && { metadata }),
    });
    await announceTaxonomy({ env: c.env, db }, "taxonomy.updated", changed);
    return changed;
  },
);
