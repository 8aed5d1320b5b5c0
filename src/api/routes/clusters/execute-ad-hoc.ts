import { z } from "@hono/zod-openapi";
import { type CentroidJson, centroidRows, memberRows, openCentroids, openMembers } from "../../../artifacts";
import { deleteCluster } from "../../../db/clusters";
import { requireExecution } from "../../../db/executions";
import { ERRORS, type ErrorCode, ShoalError } from "../../../domain/errors";
import { algorithmOf } from "../../../domain/run/methods";
import { keys } from "../../../objects/keys";
import { deletePrefix } from "../../../objects/object-store";
import { type AppContext, services } from "../../context";
import { operation } from "../../operation";
import { ExecuteAdHocResponse } from "../../schemas/ad-hoc";
import { AD_HOC_ANSWER_EXAMPLE } from "../../schemas/cluster-examples";
import { AD_HOC_EXAMPLE, ExecuteAdHocBody } from "../../schemas/cluster-request";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";
import { type AdHocRun, startAdHoc } from "./ad-hoc";
import { MAX_WAIT_SECONDS, waitForTask } from "./run";

/** Members of one answer: it is built in memory, unlike the data endpoints' streams. */
const MAX_MEMBERS = 10_000;
const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

export const executeAdHocOperation = operation(
  {
    id: "execute_ad_hoc",
    method: "post",
    path: "/v1/clusters/execute",
    tag: "Clusters",
    summary: "Run a clustering that is not stored",
    description:
      "Takes the definition with the request. When the planner says that the run fits `wait`, the answer is its result; otherwise " +
      "202 with the task. `store_results: false` removes run and files once a result was answered.",
    access: { scope: "write", namespaced: true },
    query: z.object({
      wait: z.coerce
        .number()
        .min(0)
        .max(MAX_WAIT_SECONDS)
        .default(MAX_WAIT_SECONDS)
        .openapi({ type: "number", description: "Seconds that the caller waits, 25 at most." }),
    }),
    body: { schema: ExecuteAdHocBody, required: true, example: AD_HOC_EXAMPLE },
    answer: { description: "The result.", schema: ExecuteAdHocResponse, example: AD_HOC_ANSWER_EXAMPLE },
    alsoAnswers: {
      202: { description: "It takes longer: the run's task.", schema: TaskResponse, example: TASK_EXAMPLE },
    },
  },
  async (c, { query, body }) => {
    const run = await startAdHoc(c, body, null);
    const { spec, plan } = run;
    const fits = plan.estimate.wallMs <= query.wait * 1000;
    const task = fits ? await waitForTask(c, run.task, spec, query.wait) : run.task;
    if (task.status === "COMPLETED") return result(c, run);
    if (task.status === "FAILED") throw await failure(c, run);
    return c.json({ ...task, additional_data: { ...task.additional_data, warnings: run.warnings } }, 202);
  },
);

async function result(
  c: AppContext,
  { options, spec, warnings }: AdHocRun,
): Promise<z.input<typeof ExecuteAdHocResponse>> {
  const { db, objects, run } = services(c);
  const { namespaceId, clusterId, runId } = spec;
  const { doc, artifacts } = await requireExecution(db, namespaceId, clusterId, runId);
  if (!artifacts) throw new ShoalError("artifacts_not_found", `Run ${runId} has no artifacts.`, { run_id: runId });
  const centroids = await readAll(await openCentroids(objects, artifacts.centroids), centroidRows, doc.num_clusters);
  const members = options.include_members
    ? await readAll(await openMembers(objects, artifacts.members), memberRows, MAX_MEMBERS)
    : null;
  if (members && doc.num_points + doc.noise_points > members.length) {
    const msg = `${members.length} members are answered; read all of them from the run's data`;
    warnings.push({ loc: ["body", "include_members"], msg });
  }
  if (!options.store_results) {
    await run(runId).destroy();
    await deletePrefix(objects, keys.cluster(namespaceId, clusterId));
    await deleteCluster(db, namespaceId, clusterId);
  }
  return {
    success: true,
    run_id: runId,
    cluster_id: clusterId,
    algorithm: algorithmOf(spec.method),
    num_clusters: doc.num_clusters,
    num_documents: doc.num_points,
    centroids: centroids.map(withDefaults),
    ...(members && { members: members.map((row) => ({ ...row })) }),
    metrics: Object.fromEntries(
      Object.entries(doc.metrics ?? {}).filter((entry): entry is [string, number] => entry[1] !== null),
    ),
    parquet_path: options.store_results ? artifacts.centroids : null,
    members_key: options.store_results ? artifacts.members : null,
    execution_time_ms: Math.round(doc.execution_time_ms ?? 0),
    created_at: doc.created_at,
    warnings: [...warnings, ...doc.warnings],
  };
}

async function readAll<Row>(
  table: Awaited<ReturnType<typeof openCentroids>>,
  rows: (batch: Parameters<typeof centroidRows>[0]) => Row[],
  limit: number,
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const batch of table.read({ offset: 0, limit, clusterIds: null })) all.push(...rows(batch));
  return all;
}

/** The published shape requires a vector and a feature; an attribute run has neither. */
const withDefaults = (row: CentroidJson) => ({
  cluster_id: row.cluster_id,
  centroid_vector: row.centroid_vector ?? [],
  feature_name: row.feature_name ?? "",
  feature_dimensions: row.feature_dimensions ?? 0,
  num_members: row.num_members,
  variance: row.variance,
  label: row.label,
  summary: row.summary,
  keywords: row.keywords,
  effective_features: {},
  feature_statistics: {},
  parent_cluster_id: row.parent_cluster_id,
  child_cluster_ids: row.child_cluster_ids,
  hierarchy_level: row.hierarchy_level,
  metadata: { representatives: row.representatives },
});

/** A run that was waited for and failed is answered as the error that it failed with. */
async function failure(c: AppContext, { spec }: AdHocRun): Promise<ShoalError> {
  const { doc } = await requireExecution(services(c).db, spec.namespaceId, spec.clusterId, spec.runId);
  const code = ERROR_CODES.find((known) => known === doc.error_code) ?? "internal_error";
  const details = { run_id: spec.runId, cluster_id: spec.clusterId };
  return new ShoalError(code, doc.error_message ?? "The run failed.", details);
}
