import { listTriggers } from "../../../db/triggers";
import { services } from "../../context";
import { operation } from "../../operation";
import { CLUSTER_TRIGGER_EXAMPLE, ListClusterTriggersBody, ListClusterTriggersResponse } from "../triggers/schemas";
import { renderAll } from "./find";

export const listClusterTriggersOperation = operation(
  {
    id: "list_cluster_triggers",
    method: "post",
    path: "/v1/clusters/triggers/list",
    tag: "Triggers",
    summary: "List cluster triggers",
    description: "Every trigger that runs a cluster, newest first unless sorted otherwise. Paging is in the body.",
    access: { scope: "read", namespaced: true },
    body: { schema: ListClusterTriggersBody, example: { status: "active", limit: 20 } },
    answer: {
      description: "A page of triggers.",
      schema: ListClusterTriggersResponse,
      example: { results: [CLUSTER_TRIGGER_EXAMPLE], total: 1, offset: 0, limit: 20 },
    },
  },
  async (c, { body }) => {
    const { offset, limit } = body;
    const { rows, total } = await listTriggers(services(c).db, {
      namespaceId: c.var.namespace.id,
      actionType: "cluster",
      resourceId: body.cluster_id ?? null,
      triggerType: body.trigger_type ?? null,
      status: body.status ?? null,
      sortBy: body.sort_by,
      direction: body.direction,
      offset,
      limit,
    });
    return { results: await renderAll(c, rows), total, offset, limit };
  },
);
