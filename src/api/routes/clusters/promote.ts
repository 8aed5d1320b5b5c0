import type { TaxonomyDoc } from "../../../db/taxonomies";
import { checkConfig, defineTaxonomy } from "../../../taxonomies/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { ClusterPath } from "../../schemas/cluster-request";
import { PromoteClusterRequest, TAXONOMY_EXAMPLE, TaxonomyResponse } from "../taxonomies/schemas";
import { requireCluster } from "./find";

export const promoteClusterOperation = operation(
  {
    id: "promote_cluster",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/promote",
    tag: "Clusters",
    summary: "Make a taxonomy of a cluster",
    description: 'A shortcut for creating a taxonomy with the strategy "cluster" from the last completed run.',
    access: { scope: "write", namespaced: true },
    params: ClusterPath,
    body: { schema: PromoteClusterRequest, example: { taxonomy_name: "products" } },
    answer: { description: "The taxonomy.", schema: TaxonomyResponse, example: TAXONOMY_EXAMPLE },
  },
  async (c, { params, body, warnings }): Promise<TaxonomyDoc> => {
    const { db } = services(c);
    const namespaceId = c.var.namespace.id;
    const cluster = await requireCluster(c, params.cluster_identifier);
    const { cluster_overlap_threshold, enrichment_fields = null, description = null, metadata } = body;
    const config = {
      taxonomy_type: "hierarchical",
      inference_strategy: "cluster",
      cluster_ids: [cluster.id, ...(body.cluster_ids ?? [])],
      cluster_overlap_threshold,
      enrichment_fields,
    };
    const checked = await checkConfig({ db }, namespaceId, config, ["body"]);
    warnings.push(...checked.warnings);
    const taxonomy_name = body.taxonomy_name ?? `${cluster.name}_taxonomy`;
    const given = { taxonomy_name, description, metadata: metadata ?? {} };
    return defineTaxonomy({ env: c.env, db }, namespaceId, given, checked);
  },
);
