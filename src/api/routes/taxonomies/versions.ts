import { requireTaxonomy, type TaxonomyDoc, taxonomyHistory } from "../../../db/taxonomies";
import { checkConfig, defineVersion } from "../../../taxonomies/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { PAGINATION_EXAMPLE } from "../../schemas/list";
import {
  ListTaxonomiesResponse,
  TAXONOMY_EXAMPLE,
  TaxonomyConfigBody,
  TaxonomyPath,
  TaxonomyResponse,
} from "./schemas";

const path = "/v1/taxonomies/{taxonomy_identifier}/versions";

export const createTaxonomyVersionOperation = operation(
  {
    id: "create_taxonomy_version",
    method: "post",
    path,
    tag: "Taxonomies",
    summary: "Add a version",
    description:
      "The body is a configuration, or `{config}`. Earlier versions stay and can be asked for and applied by number.",
    access: { scope: "write", namespaced: true },
    params: TaxonomyPath,
    body: {
      schema: TaxonomyConfigBody,
      required: true,
      example: { taxonomy_type: "hierarchical", inference_strategy: "schema", inference_collections: ["digits"] },
    },
    answer: { description: "The new version.", schema: TaxonomyResponse, example: { ...TAXONOMY_EXAMPLE, version: 2 } },
  },
  async (c, { params, body, warnings }): Promise<TaxonomyDoc> => {
    const { db } = services(c);
    const before = await requireTaxonomy(db, c.var.namespace.id, params.taxonomy_identifier);
    const nested = body.config && typeof body.config === "object" ? (body.config as Record<string, unknown>) : null;
    const loc = nested ? ["body", "config"] : ["body"];
    const checked = await checkConfig({ db }, c.var.namespace.id, nested ?? body, loc);
    warnings.push(...checked.warnings);
    return defineVersion({ env: c.env, db }, before, checked);
  },
);

export const listTaxonomyVersionsOperation = operation(
  {
    id: "list_taxonomy_versions",
    method: "get",
    path,
    tag: "Taxonomies",
    summary: "List a taxonomy's versions",
    description: "All of them, newest first.",
    access: { scope: "read", namespaced: true },
    params: TaxonomyPath,
    answer: {
      description: "The versions.",
      schema: ListTaxonomiesResponse,
      example: { results: [TAXONOMY_EXAMPLE], pagination: PAGINATION_EXAMPLE, total_count: 1, stats: null },
    },
  },
  async (c, { params }) => {
    const { db } = services(c);
    const { taxonomy_id } = await requireTaxonomy(db, c.var.namespace.id, params.taxonomy_identifier);
    const results = await taxonomyHistory(db, taxonomy_id);
    const pagination = { ...PAGINATION_EXAMPLE, total: results.length, page_size: results.length, total_pages: 1 };
    return { results, pagination, total_count: results.length, stats: null };
  },
);
