import { requireTaxonomy } from "../../../db/taxonomies";
import { checkConfig, defineTaxonomy } from "../../../taxonomies/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { CloneTaxonomyRequest, CloneTaxonomyResponse, TAXONOMY_EXAMPLE, TaxonomyPath } from "./schemas";

export const cloneTaxonomyOperation = operation(
  {
    id: "clone_taxonomy",
    method: "post",
    path: "/v1/taxonomies/{taxonomy_identifier}/clone",
    tag: "Taxonomies",
    summary: "Clone a taxonomy",
    description: "A new taxonomy with the same configuration, or with the one given; it is inferred anew.",
    access: { scope: "write", namespaced: true },
    params: TaxonomyPath,
    body: { schema: CloneTaxonomyRequest, required: true, example: { taxonomy_name: "products, second try" } },
    answer: {
      status: 201,
      description: "The new taxonomy, and what it was made from.",
      schema: CloneTaxonomyResponse,
      example: { taxonomy: TAXONOMY_EXAMPLE, source_taxonomy_id: "tax_mi8l2k4q0d7v1c9x5z3a" },
    },
  },
  async (c, { params, body, warnings }) => {
    const { db } = services(c);
    const namespaceId = c.var.namespace.id;
    const source = await requireTaxonomy(db, namespaceId, params.taxonomy_identifier);
    const checked = await checkConfig({ db }, namespaceId, body.config ?? withoutInferred(source.config));
    warnings.push(...checked.warnings);
    const { taxonomy_name, description } = body;
    const given = { taxonomy_name, description: description ?? source.description, metadata: source.metadata };
    const taxonomy = await defineTaxonomy({ env: c.env, db }, namespaceId, given, checked);
    return { taxonomy, source_taxonomy_id: source.taxonomy_id };
  },
);

/** Nodes that were inferred are found again; those of a taxonomy without inference are its configuration. */
function withoutInferred(config: Record<string, unknown>): Record<string, unknown> {
  if (config.taxonomy_type !== "flat" && !config.inference_strategy) return config;
  const { hierarchical_nodes: _, ...rest } = config;
  return rest;
}
