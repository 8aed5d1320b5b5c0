import { z } from "@hono/zod-openapi";
import { createTemplate } from "../../../db/templates";
import { renderDefinition } from "../../../domain/definition/render";
import { validationError } from "../../../domain/issues";
import { services } from "../../context";
import { operation } from "../../operation";
import { ClusterPath } from "../../schemas/cluster-request";
import { requireCluster } from "../clusters/find";
import { CreateTemplateRequest, TEMPLATE_EXAMPLE, TemplateResponse } from "./schemas";

/** What of a definition is not about one cluster, one collection or one place to export to. */
const KEPT = [
  "cluster_type",
  "vector_config",
  "attribute_config",
  "filters",
  "llm_labeling",
  "enrich_source_collection",
  "source_enrichment_config",
  "auto_execute_on_batch",
  "auto_execute_min_documents",
  "auto_execute_cooldown_seconds",
  "metadata",
];

const CreatedTemplate = TemplateResponse.extend({ message: z.string() }).openapi("CreateTemplateFromResourceResponse");

export const createTemplateOperation = operation(
  {
    id: "create_cluster_template",
    method: "post",
    path: "/v1/templates/clusters/from-cluster/{cluster_identifier}",
    tag: "Templates",
    summary: "Make a template of a cluster",
    description: "Keeps the definition as it is now, without its name, its collections and its export.",
    access: { scope: "write", namespaced: true },
    params: ClusterPath,
    body: {
      schema: CreateTemplateRequest,
      required: true,
      example: { template_name: "Topics of short texts", category: "text", tags: ["hdbscan"] },
    },
    answer: {
      status: 201,
      description: "The template.",
      schema: CreatedTemplate,
      example: { ...TEMPLATE_EXAMPLE, message: "Template created" },
    },
  },
  async (c, { params, body }) => {
    const { id, definition } = await requireCluster(c, params.cluster_identifier);
    if (body.scope === "system") {
      throw validationError([
        { loc: ["body", "scope"], msg: "system is not given to what users make", type: "value_error" },
      ]);
    }
    const rendered = Object.entries(renderDefinition(definition));
    const isPublic = body.is_public || body.scope === "public";
    const template = await createTemplate(services(c).db, {
      template_name: body.template_name,
      description: body.description ?? null,
      scope: isPublic ? "public" : body.scope,
      category: body.category ?? null,
      tags: [...new Set(body.tags ?? [])],
      is_public: isPublic,
      namespace_id: c.var.namespace.id,
      source_cluster_id: id,
      configuration: Object.fromEntries(rendered.filter(([key, value]) => KEPT.includes(key) && value !== null)),
    });
    return { ...template, message: "Template created" };
  },
);
