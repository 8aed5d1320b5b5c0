import { prepareRun } from "../../../runs/start";
import { operation } from "../../operation";
import { PLAN_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath, ExecuteBody } from "../../schemas/cluster-request";
import { PlanResponse, renderPlan } from "../../schemas/plan";
import { requireCluster } from "./find";
import { overridesOf } from "./run";

export const planClusterOperation = operation(
  {
    id: "plan_cluster",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/plan",
    tag: "Clusters",
    summary: "Plan a run without running it",
    description:
      "What a run would do now: its stages with their tasks and memory, what is exact and what approximate, and the estimated time and " +
      "cost. A job that cannot run is refused as `execute` would refuse it.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    body: { schema: ExecuteBody, example: { sample_size: 10_000 } },
    answer: { description: "The plan.", schema: PlanResponse, example: PLAN_EXAMPLE },
  },
  async (c, { params, body }) => {
    const cluster = await requireCluster(c, params.cluster_identifier);
    const { spec, plan } = await prepareRun(c.env, cluster, overridesOf(body), body.recluster ?? null);
    return { cluster_id: cluster.id, plan: renderPlan(plan), warnings: spec.warnings };
  },
);
