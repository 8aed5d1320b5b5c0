import { z } from "@hono/zod-openapi";
import { TEMPLATE_SCOPES } from "../../../db/templates";
import { JsonObject, Timestamp, Warning } from "../../schemas/common";
import { ListBody } from "../../schemas/list";

const Scope = z.enum(TEMPLATE_SCOPES).openapi("TemplateScope");
const Tags = z.array(z.string().min(1).max(50)).max(20);

export const TemplatePath = z.object({ template_id: z.string().openapi({ example: "tmpl_mi8l2k4q0d7v1c9x5z3b" }) });

export const TemplateResponse = z
  .object({
    template_id: z.string(),
    template_name: z.string(),
    template_type: z.literal("cluster"),
    description: z.string().nullable(),
    scope: Scope,
    category: z.string().nullable(),
    tags: z.array(z.string()),
    is_public: z.boolean(),
    is_active: z.boolean(),
    namespace_id: z.string(),
    source_cluster_id: z.string(),
    configuration: JsonObject.openapi({
      description: "The definition without its name, its collections and its export, as a request to create a cluster.",
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi("BaseTemplateModel");

export const ListTemplatesRequest = ListBody.extend({
  scope: Scope.nullish(),
  category: z.string().max(50).nullish(),
  is_active: z.boolean().nullish().default(true),
  tags: Tags.nullish().openapi({ description: "All of which a template must have." }),
}).openapi("ListTemplatesRequest");

export const CreateTemplateRequest = z
  .object({
    template_name: z.string().trim().min(1).max(100),
    description: z.string().max(1000).nullish(),
    scope: Scope.default("organization").openapi({
      description:
        "`user`: seen in its own namespace; `organization`: in every namespace that a key may see; `public`: by every key. " +
        "`system` is not given to what users make.",
    }),
    category: z.string().max(50).nullish(),
    tags: Tags.nullish(),
    is_public: z.boolean().default(false).openapi({ description: "The same as the scope `public`." }),
  })
  .openapi("CreateTemplateFromResourceRequest");

export const InstantiateRequest = z
  .object({
    cluster_name: z.string().trim().min(1).max(100),
    collection_ids: z.array(z.string().min(1)).min(1).max(100),
    description: z.string().max(1000).nullish(),
  })
  .openapi("InstantiateClusterTemplateRequest");

export const InstantiatedResponse = z
  .object({
    cluster_id: z.string(),
    cluster_name: z.string(),
    template_id: z.string(),
    status: z.literal("created"),
    created_at: Timestamp,
    warnings: z.array(Warning).optional(),
  })
  .openapi("InstantiatedClusterTemplateResponse");

export const TEMPLATE_EXAMPLE: z.input<typeof TemplateResponse> = {
  template_id: "tmpl_mi8l2k4q0d7v1c9x5z3b",
  template_name: "Topics of short texts",
  template_type: "cluster",
  description: null,
  scope: "organization",
  category: "text",
  tags: ["hdbscan"],
  is_public: false,
  is_active: true,
  namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
  source_cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
  configuration: {
    cluster_type: "vector",
    vector_config: { feature_uris: ["mixpeek://passthrough@v1/pixels"], clustering_method: "hdbscan" },
  },
  created_at: "2026-11-21T13:20:40.122000Z",
  updated_at: "2026-11-21T13:20:40.122000Z",
};
