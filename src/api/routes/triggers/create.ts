import { readAction } from "../../../triggers/actions";
import { createTrigger } from "../../../triggers/change";
import { services } from "../../context";
import { operation } from "../../operation";
import { render } from "./find";
import { CreateTriggerBody, UNIFIED_TRIGGER_EXAMPLE, UnifiedTrigger } from "./schemas";

export const createTriggerOperation = operation(
  {
    id: "create_trigger",
    method: "post",
    path: "/v1/triggers",
    tag: "Triggers",
    summary: "Have something done by itself",
    description:
      "`action_type` cluster runs a cluster (`{cluster_id}`), collection_trigger runs every cluster that is applied to a collection " +
      "(`{collection_id}`), taxonomy_enrichment applies a taxonomy to a collection (`{taxonomy_id, collection_id, batch_size}`). A namespace " +
      "may have 50 active triggers.",
    access: { scope: "write", namespaced: true },
    body: {
      schema: CreateTriggerBody,
      required: true,
      example: {
        action_type: "cluster",
        action_config: { cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b" },
        trigger_type: "conditional",
        schedule_config: { condition_type: "drift", metric: "embedding_drift", threshold: 0.2 },
      },
    },
    answer: { status: 201, description: "The trigger.", schema: UnifiedTrigger, example: UNIFIED_TRIGGER_EXAMPLE },
  },
  async (c, { body }) => {
    const namespaceId = c.var.namespace.id;
    const given = {
      triggerType: body.trigger_type,
      scheduleConfig: body.schedule_config,
      description: body.description ?? null,
      status: body.status,
      createdBy: c.var.auth.keyId,
    };
    const { trigger, warnings } = await createTrigger(c.env, namespaceId, given, () =>
      readAction(services(c).db, namespaceId, body.action_type, body.action_config, ["body", "action_config"]),
    );
    return render(trigger, warnings);
  },
);
