import type { TaxonomyDoc } from "../../../db/taxonomies";
import { checkConfig, defineTaxonomy } from "../../../taxonomies/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { CreateTaxonomyRequest, TAXONOMY_EXAMPLE, TaxonomyResponse } from "./schemas";

export const createTaxonomyOperation = operation(
  {
    id: "create_taxonomy",
    method: "post",
    path: "/v1/taxonomies",
    tag: "Taxonomies",
    summary: "Create a taxonomy",
    description:
      "Stores the configuration and infers nodes and their centroids in a job: `ready` is false until that has ended, and `inference` " +
      "says how. Clusters are taken as their last completed runs found them.",
    access: { scope: "write", namespaced: true },
    body: {
      schema: CreateTaxonomyRequest,
      required: true,
      example: {
        taxonomy_name: "products",
        config: { taxonomy_type: "hierarchical", inference_strategy: "cluster", cluster_ids: ["digits-by-shape"] },
      },
    },
    answer: { description: "The taxonomy.", schema: TaxonomyResponse, example: TAXONOMY_EXAMPLE },
  },
  async (c, { body, warnings }): Promise<TaxonomyDoc> => {
    const { db } = services(c);
    const namespaceId = c.var.namespace.id;
    const checked = await checkConfig({ db }, namespaceId, body.config);
    warnings.push(...checked.warnings);
    const { taxonomy_name, description = null, metadata } = body;
    return defineTaxonomy(
      { env: c.env, db },
      namespaceId,
      { taxonomy_name, description, metadata: metadata ?? {} },
      checked,
    );
  },
);
