import type { z } from "@hono/zod-openapi";
import { requireExecution } from "../../../db/executions";
import type { Warning } from "../../../domain/definition/model";
import { type EnrichRequest, enrichState, latestOf } from "../../../enrichment/request";
import { type AppContext, services } from "../../context";
import { operation } from "../../operation";
import { ClusterPath } from "../../schemas/cluster-request";
import { ENRICHMENT_EXAMPLE, EnrichClusterBody, EnrichmentResponse, EnrichQuery } from "../../schemas/enrich";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";
import { writeOrSubmit } from "./enrich-work";
import { requireCluster } from "./find";

export const enrichClusterOperation = operation(
  {
    id: "enrich_cluster",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/enrich",
    tag: "Clusters",
    summary: "Write a run's results into documents",
    description:
      "Merges what a run found into the payloads of its documents, or into copies of them in another collection. Repeating it " +
      "writes the same. Noise is written with the cluster id `-1`. What takes longer than 20 s goes on as a task (202).",
    access: { scope: "write", namespaced: true },
    params: ClusterPath,
    query: EnrichQuery,
    body: { schema: EnrichClusterBody, example: { fields: ["cluster_id", "label", "summary", "keywords"] } },
    answer: { description: "What was written.", schema: EnrichmentResponse, example: ENRICHMENT_EXAMPLE },
    alsoAnswers: { 202: { description: "The task.", schema: TaskResponse, example: TASK_EXAMPLE } },
  },
  async (c, { params, query, body, warnings }) => {
    const { db } = services(c);
    const namespaceId = c.var.namespace.id;
    const cluster = await requireCluster(c, params.cluster_identifier);
    const execution = body.run_id
      ? await requireExecution(db, namespaceId, cluster.id, body.run_id)
      : await latestOf({ db }, namespaceId, cluster.id);
    return enrichNow(c, requestOf(body, [{ cluster, execution }]), query.async, warnings);
  },
);

type Body = Pick<
  z.output<typeof EnrichClusterBody>,
  "target_collection_id" | "fields" | "batch_size" | "parallelism"
> & {
  source_collection_id?: string | null | undefined;
};

export const requestOf = (body: Body, runs: EnrichRequest["runs"]): EnrichRequest => ({
  runs,
  sourceCollection: body.source_collection_id ?? null,
  targetCollection: body.target_collection_id ?? null,
  fields: body.fields ?? null,
  batchSize: body.batch_size,
  parallelism: body.parallelism,
});

/** The counts, or a task where that is asked for or takes too long. */
export async function enrichNow(c: AppContext, request: EnrichRequest, isAsync: boolean, warnings: Warning[]) {
  const context = { ...services(c), env: c.env };
  const prepared = await enrichState(context, c.var.namespace.id, request);
  warnings.push(...prepared.warnings);
  return writeOrSubmit(c, prepared.state, isAsync, warnings);
}
