import { type TaxonomyDoc, taxonomyStats } from "../../../db/taxonomies";
import { services } from "../../context";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { ListQuery, PAGINATION_EXAMPLE } from "../../schemas/list";
import { ListTaxonomiesRequest, ListTaxonomiesResponse, TAXONOMY_EXAMPLE } from "./schemas";

export const listTaxonomiesOperation = operation(
  {
    id: "list_taxonomies",
    method: "post",
    path: "/v1/taxonomies/list",
    tag: "Taxonomies",
    summary: "List taxonomies",
    description: "Each in its newest version, newest first unless sorted otherwise.",
    access: { scope: "read", namespaced: true },
    query: ListQuery,
    body: { schema: ListTaxonomiesRequest, example: { search: "products" } },
    answer: {
      description: "A page of taxonomies.",
      schema: ListTaxonomiesResponse,
      example: {
        results: [TAXONOMY_EXAMPLE],
        pagination: PAGINATION_EXAMPLE,
        total_count: 1,
        stats: { total_taxonomies: 1, flat_taxonomies: 0, hierarchical_taxonomies: 1, taxonomies_with_retrievers: 0 },
      },
    },
  },
  async (c, { query, body }) => {
    const namespaceId = c.var.namespace.id;
    const scope = { sql: "namespace_id = ?", params: [namespaceId] };
    const [page, stats] = await Promise.all([
      listResources<TaxonomyDoc>(c, "taxonomies", scope, query, body),
      taxonomyStats(services(c).db, namespaceId),
    ]);
    return { results: page.docs, pagination: page.pagination, total_count: page.total, stats };
  },
);
