import { collectionCounts } from "../../../db/collections";
import { type NamespaceDoc, visibleNamespaces } from "../../../db/namespaces";
import { type AppContext, services } from "../../context";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { ListBody, ListQuery, PAGINATION_EXAMPLE } from "../../schemas/list";
import { renderNamespace } from "./render";
import { ListNamespacesResponse, NAMESPACE_EXAMPLE } from "./schemas";

const EXAMPLE = {
  results: [{ ...NAMESPACE_EXAMPLE, document_count: null }],
  pagination: PAGINATION_EXAMPLE,
  total_count: 1,
  stats: { total_namespaces: 1, total_collections: 0 },
};

const common = {
  tag: "Namespaces",
  access: { scope: "read", namespaced: false },
  query: ListQuery,
  answer: {
    description: "A page of the namespaces that the key may see.",
    schema: ListNamespacesResponse,
    example: EXAMPLE,
  },
} as const;

export const listNamespacesOperation = operation(
  {
    ...common,
    id: "list_namespaces",
    method: "post",
    path: "/v1/namespaces/list",
    summary: "List namespaces",
    description: "Newest first unless sorted otherwise. `document_count` is null here: ask for one namespace.",
    body: { schema: ListBody, example: { search: "research" } },
  },
  (c, { query, body }) => list(c, query, body),
);

export const browseNamespacesOperation = operation(
  {
    ...common,
    id: "browse_namespaces",
    method: "get",
    path: "/v1/namespaces",
    summary: "List namespaces without a filter",
  },
  (c, { query }) => list(c, query, {}),
);

async function list(c: AppContext, query: ListQuery, body: Partial<ListBody>) {
  const page = await listResources<NamespaceDoc>(
    c,
    "namespaces",
    visibleNamespaces(c.var.auth.namespaces),
    query,
    body,
  );
  const counts = await collectionCounts(
    services(c).db,
    page.docs.map((doc) => doc.namespace_id),
  );
  const results = page.docs.map((doc) =>
    renderNamespace(doc, { collections: counts.get(doc.namespace_id) ?? 0, documents: null }),
  );
  return {
    results,
    pagination: page.pagination,
    total_count: page.total,
    stats: {
      total_namespaces: results.length,
      total_collections: results.reduce((sum, { collection_count }) => sum + (collection_count ?? 0), 0),
    },
  };
}
