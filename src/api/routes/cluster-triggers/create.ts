import { validationError } from "../../../domain/issues";
import { readAction } from "../../../triggers/actions";
import { createTrigger, ownCluster } from "../../../triggers/change";
import { services } from "../../context";
import { operation } from "../../operation";
import { CLUSTER_TRIGGER_EXAMPLE, ClusterTrigger, CreateClusterTriggerBody } from "../triggers/schemas";
import { render } from "./find";

export const createClusterTriggerOperation = operation(
  {
    id: "create_cluster_trigger",
    method: "post",
    path: "/v1/clusters/triggers",
    tag: "Triggers",
    summary: "Run a cluster by itself",
    description:
      "Runs a cluster (`cluster_id`), or a definition that comes with the trigger (`execution_config`, stored as a cluster of its own), " +
      "by the clock, after documents were written, or when a condition is met. A namespace may have 50 active triggers.",
    access: { scope: "write", namespaced: true },
    body: {
      schema: CreateClusterTriggerBody,
      required: true,
      example: {
        cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
        trigger_type: "cron",
        schedule_config: { cron_expression: "0 3 * * *", timezone: "Europe/Berlin" },
        description: "Every night",
      },
    },
    answer: { status: 201, description: "The trigger.", schema: ClusterTrigger, example: CLUSTER_TRIGGER_EXAMPLE },
  },
  async (c, { body }) => {
    const { cluster_id, execution_config } = body;
    if (Boolean(cluster_id) === Boolean(execution_config)) {
      const msg = `say either cluster_id or execution_config, got ${cluster_id ? "both" : "neither"}`;
      throw validationError([{ loc: ["body", "cluster_id"], msg, type: "contradiction" }]);
    }
    const namespaceId = c.var.namespace.id;
    const given = {
      triggerType: body.trigger_type,
      scheduleConfig: body.schedule_config,
      description: body.description ?? null,
      status: body.status,
      createdBy: c.var.auth.keyId,
    };
    const { trigger, warnings } = await createTrigger(c.env, namespaceId, given, () =>
      execution_config
        ? ownCluster(c.env, namespaceId, execution_config)
        : readAction(services(c).db, namespaceId, "cluster", { cluster_id }, ["body"]),
    );
    return render(c, trigger, warnings);
  },
);
