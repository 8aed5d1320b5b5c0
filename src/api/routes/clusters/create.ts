import { readDefinition } from "../../../domain/definition/adapters";
import { modelWarnings } from "../../../providers/settings";
import { storeCluster } from "../../../runs/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { ClusterResponse } from "../../schemas/cluster";
import { CLUSTER_EXAMPLE } from "../../schemas/cluster-examples";
import { CREATE_EXAMPLE, CreateClusterBody } from "../../schemas/cluster-request";
import { tellCluster } from "../../told";

export const createClusterOperation = operation(
  {
    id: "create_cluster",
    method: "post",
    path: "/v1/clusters",
    tag: "Clusters",
    summary: "Define a clustering",
    description:
      "Stores what to group, by which features, with which method; nothing runs until it is executed. The structured and the flat " +
      "request are both understood. What is accepted and has no effect is listed in `warnings`.",
    access: { scope: "write", namespaced: true },
    body: { schema: CreateClusterBody, required: true, example: CREATE_EXAMPLE },
    answer: { description: "The cluster.", schema: ClusterResponse, example: CLUSTER_EXAMPLE },
  },
  async (c, { body }) => {
    const draft = readDefinition(body);
    const { doc, definition, warnings } = await storeCluster(services(c).db, c.var.namespace.id, draft);
    await tellCluster(c, "created", doc.cluster_id, { cluster_name: definition.cluster_name });
    return { ...(doc as ClusterResponse), warnings: [...warnings, ...modelWarnings(definition, c.env)] };
  },
);
