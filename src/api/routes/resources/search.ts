import { z } from "@hono/zod-openapi";
import { isSearched, SEARCHED_TYPES, searchResources } from "../../../db/resource-search";
import { services } from "../../context";
import { operation } from "../../operation";
import { Timestamp, Warning } from "../../schemas/common";

const ResourceType = z
  .enum(["bucket", "collection", "retriever", "taxonomy", "cluster", "published_retriever", "namespace"])
  .openapi("ResourceType");

const SearchRequest = z
  .object({
    query: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .openapi({ description: "Terms that must all occur in ids, names or texts." }),
    resource_types: z.array(ResourceType).max(20).nullish().openapi({ description: "All kinds unless given." }),
    limit: z.int().min(1).max(100).default(20),
    offset: z.int().min(0).max(10_000).default(0),
  })
  .openapi("ResourceSearchRequest");

const SearchResponse = z
  .object({
    results: z.array(
      z.object({
        resource_type: ResourceType,
        resource_id: z.string(),
        resource_name: z.string(),
        description: z.string().nullable(),
        created_at: Timestamp,
        updated_at: Timestamp,
      }),
    ),
    total: z.int(),
    limit: z.int(),
    offset: z.int(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("ResourceSearchResponse");

export const searchResourcesOperation = operation(
  {
    id: "search_resources",
    method: "post",
    path: "/v1/resources/search",
    tag: "Resources",
    summary: "Search what the namespace holds",
    description: "What has the query as its id or name comes first, then the newest.",
    access: { scope: "read", namespaced: true },
    body: { schema: SearchRequest, required: true, example: { query: "digits", resource_types: ["cluster"] } },
    answer: {
      description: "A page of what was found.",
      schema: SearchResponse,
      example: {
        results: [
          {
            resource_type: "cluster",
            resource_id: "clust_mi8l2k4q0d7v1c9x5z3b",
            resource_name: "digits",
            description: null,
            created_at: "2026-11-21T13:20:40.122000Z",
            updated_at: "2026-11-21T13:20:40.122000Z",
          },
        ],
        total: 1,
        limit: 20,
        offset: 0,
      },
    },
  },
  async (c, { body, warnings }) => {
    const { query, limit, offset, resource_types } = body;
    const wanted = resource_types && resource_types.length > 0 ? [...new Set(resource_types)] : SEARCHED_TYPES;
    const types = wanted.filter(isSearched);
    const absent = wanted.filter((type) => !isSearched(type));
    if (absent.length > 0) {
      warnings.push({ loc: ["body", "resource_types"], msg: `nothing of the kind exists here: ${absent.join(", ")}` });
    }
    const found = await searchResources(services(c).db, c.var.namespace.id, { query, types, limit, offset });
    return { ...found, limit, offset };
  },
);
