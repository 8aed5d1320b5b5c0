import { updateCluster } from "../../../db/clusters";
import { patchDefinition } from "../../../domain/definition/patch";
import { renderDefinition } from "../../../domain/definition/render";
import { modelWarnings } from "../../../providers/settings";
import { untilUndisturbed } from "../../concurrency";
import { services } from "../../context";
import { operation } from "../../operation";
import { ClusterResponse } from "../../schemas/cluster";
import { CLUSTER_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath, PatchClusterBody } from "../../schemas/cluster-request";
import { tellCluster } from "../../told";
import { requireCluster } from "./find";

export const patchClusterOperation = operation(
  {
    id: "patch_cluster",
    method: "patch",
    path: "/v1/clusters/{cluster_identifier}",
    tag: "Clusters",
    summary: "Change a cluster",
    description:
      "Changes what the body names; null leaves a field as it is. `algorithm_params` keeps parameters that are not named. What " +
      "affects runs counts from the next execution on.",
    access: { scope: "write", namespaced: true },
    params: ClusterPath,
    body: { schema: PatchClusterBody, example: { algorithm_params: { n_clusters: 12 }, sample_size: 50_000 } },
    answer: { description: "The changed cluster.", schema: ClusterResponse, example: CLUSTER_EXAMPLE },
    errors: [409],
  },
  async (c, { params, body }) => {
    const { db } = services(c);
    const updated = await untilUndisturbed(async (isFirst) => {
      const cluster = await requireCluster(c, params.cluster_identifier, isFirst);
      const { definition, warnings } = patchDefinition(cluster.definition, body);
      const doc = await updateCluster(db, cluster, { definition, changes: renderDefinition(definition) });
      const told = [...warnings, ...modelWarnings(definition, c.env)];
      return doc && { id: cluster.id, answer: { ...(doc as ClusterResponse), warnings: told } };
    });
    await tellCluster(c, "updated", updated.id, {
      cluster_name: updated.answer.cluster_name,
      fields: Object.keys(body),
    });
    return updated.answer;
  },
);
