import { clusterOfRun, runNamed } from "../../../enrichment/request";
import { mapLimited } from "../../concurrency";
import { services } from "../../context";
import { operation } from "../../operation";
import { ApplyEnrichmentBody, ENRICHMENT_EXAMPLE, EnrichmentResponse, EnrichQuery } from "../../schemas/enrich";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";
import { enrichNow, requestOf } from "./enrich";

export const enrichRunsOperation = operation(
  {
    id: "apply_cluster_enrichment",
    method: "post",
    path: "/v1/clusters/enrich",
    tag: "Clusters",
    summary: "Write several runs' results into a collection",
    description:
      "As enriching from one cluster, for one source collection and up to 10 runs. Where several enrich, each run's keys have " +
      "its cluster's name before them, in letters and digits: `digits_kmeans_cluster_id`.",
    access: { scope: "write", namespaced: true },
    query: EnrichQuery,
    body: {
      schema: ApplyEnrichmentBody,
      required: true,
      example: {
        clustering_ids: ["run_mi8l2k4q0d7v1c9x5z3b"],
        source_collection_id: "digits",
        target_collection_id: "digits_enriched",
        batch_size: 1000,
        parallelism: 4,
      },
    },
    answer: { description: "What was written.", schema: EnrichmentResponse, example: ENRICHMENT_EXAMPLE },
    alsoAnswers: { 202: { description: "The task.", schema: TaskResponse, example: TASK_EXAMPLE } },
  },
  async (c, { query, body, warnings }) => {
    const context = { ...services(c), env: c.env };
    const namespaceId = c.var.namespace.id;
    const named = [...new Set([...(body.clustering_ids ?? []), ...(body.clustering_id ? [body.clustering_id] : [])])];
    const runs = await mapLimited(named, 4, async (identifier) => {
      const execution = await runNamed(context, namespaceId, identifier);
      return { execution, cluster: await clusterOfRun(context, namespaceId, execution) };
    });
    return enrichNow(c, requestOf(body, runs), query.async, warnings);
  },
);
