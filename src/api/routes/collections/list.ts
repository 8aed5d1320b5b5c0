import type { CollectionDoc } from "../../../db/collections";
import { mapLimited } from "../../concurrency";
import { services } from "../../context";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { ListBody, ListQuery, PAGINATION_EXAMPLE } from "../../schemas/list";
import { renderCollection } from "./render";
import { COLLECTION_EXAMPLE, ListCollectionsResponse } from "./schemas";

/** Stores asked for their count at once. */
const AT_ONCE = 20;

const EXAMPLE = {
  results: [COLLECTION_EXAMPLE],
  pagination: PAGINATION_EXAMPLE,
  total_count: 1,
  stats: {
    total_documents: 1797,
    avg_documents_per_collection: 1797,
    collections_with_taxonomies: 0,
    total_feature_extractors: 1,
    total_taxonomies: 0,
    total_retrievers: 0,
  },
};

export const listCollectionsOperation = operation(
  {
    id: "list_collections",
    method: "post",
    path: "/v1/collections/list",
    tag: "Collections",
    summary: "List collections",
    description: "Newest first unless sorted otherwise. `stats` are over the collections of this page.",
    access: { scope: "read", namespaced: true },
    query: ListQuery,
    body: { schema: ListBody, example: { search: "digits" } },
    answer: { description: "A page of collections.", schema: ListCollectionsResponse, example: EXAMPLE },
  },
  async (c, { query, body }) => {
    const { collectionStore } = services(c);
    const scope = { sql: "namespace_id = ?", params: [c.var.namespace.id] };
    const page = await listResources<CollectionDoc>(c, "collections", scope, query, body);
    const results = await mapLimited(page.docs, AT_ONCE, async (doc) =>
      renderCollection(doc, await collectionStore(doc.collection_id).count(null)),
    );
    const documents = results.reduce((sum, { document_count }) => sum + (document_count ?? 0), 0);
    return {
      results,
      pagination: page.pagination,
      total_count: page.total,
      stats: {
        total_documents: documents,
        avg_documents_per_collection: results.length === 0 ? 0 : documents / results.length,
        collections_with_taxonomies: results.filter(({ taxonomy_count }) => taxonomy_count > 0).length,
        total_feature_extractors: new Set(results.map((doc) => doc.feature_extractor.feature_extractor_id)).size,
        total_taxonomies: results.reduce((sum, { taxonomy_count }) => sum + taxonomy_count, 0),
        total_retrievers: results.reduce((sum, { retriever_count }) => sum + retriever_count, 0),
      },
    };
  },
);
