import { requireTaxonomy, type TaxonomyDoc } from "../../../db/taxonomies";
import { services } from "../../context";
import { operation } from "../../operation";
import { TAXONOMY_EXAMPLE, TaxonomyPath, TaxonomyResponse, VersionQuery } from "./schemas";

export const getTaxonomyOperation = operation(
  {
    id: "get_taxonomy",
    method: "get",
    path: "/v1/taxonomies/{taxonomy_identifier}",
    tag: "Taxonomies",
    summary: "Get a taxonomy",
    description: "In its newest version, or in the one that is asked for.",
    access: { scope: "read", namespaced: true },
    params: TaxonomyPath,
    query: VersionQuery,
    answer: { description: "The taxonomy.", schema: TaxonomyResponse, example: TAXONOMY_EXAMPLE },
  },
  async (c, { params, query }): Promise<TaxonomyDoc> =>
    requireTaxonomy(services(c).db, c.var.namespace.id, params.taxonomy_identifier, query.version ?? null),
);
