import { type KeyDoc, visibleKeys } from "../../../db/keys";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { ListQuery, PAGINATION_EXAMPLE } from "../../schemas/list";
import { KEY_EXAMPLE, ListKeysResponse } from "./schemas";

export const listKeysOperation = operation(
  {
    id: "list_keys",
    method: "get",
    path: "/v1/keys",
    tag: "Keys",
    summary: "List API keys",
    description: "Revoked ones too. Secrets are never shown again.",
    access: { scope: "admin", namespaced: false },
    query: ListQuery,
    answer: {
      description: "A page of keys, newest first.",
      schema: ListKeysResponse,
      example: {
        results: [KEY_EXAMPLE],
        pagination: PAGINATION_EXAMPLE,
        total_count: 1,
      },
    },
  },
  async (c, { query }) => {
    const page = await listResources<KeyDoc>(c, "api_keys", visibleKeys(c.var.auth.namespaces), query, {});
    return { results: page.docs, pagination: page.pagination, total_count: page.total };
  },
);
