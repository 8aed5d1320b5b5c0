import { readDefinition } from "../../../domain/definition/adapters";
import { storeCluster } from "../../../runs/define";
import { services } from "../../context";
import { operation } from "../../operation";
import { tellCluster } from "../../told";
import { requireTemplate } from "./find";
import { InstantiatedResponse, InstantiateRequest, TEMPLATE_EXAMPLE, TemplatePath } from "./schemas";

export const instantiateTemplateOperation = operation(
  {
    id: "instantiate_cluster_template",
    method: "post",
    path: "/v1/templates/clusters/{template_id}/instantiate",
    tag: "Templates",
    summary: "Make a cluster of a template",
    description: "The collections must have the features that the template names. Nothing runs until it is executed.",
    access: { scope: "write", namespaced: true },
    params: TemplatePath,
    body: {
      schema: InstantiateRequest,
      required: true,
      example: { cluster_name: "headlines", collection_ids: ["col_headlines"] },
    },
    answer: {
      status: 201,
      description: "The new cluster.",
      schema: InstantiatedResponse,
      example: {
        cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
        cluster_name: "headlines",
        template_id: TEMPLATE_EXAMPLE.template_id,
        status: "created",
        created_at: TEMPLATE_EXAMPLE.created_at,
      },
    },
  },
  async (c, { params, body, warnings }) => {
    const { template_id, description: about, configuration } = await requireTemplate(c, params.template_id);
    const { cluster_name, collection_ids, description = about } = body;
    const draft = readDefinition({
      ...configuration,
      cluster_name,
      collection_ids,
      ...(description ? { description } : {}),
    });
    const made = await storeCluster(services(c).db, c.var.namespace.id, draft);
    await tellCluster(c, "created", made.id, { cluster_name, template_id });
    warnings.push(...made.warnings);
    return {
      cluster_id: made.id,
      cluster_name,
      template_id,
      status: "created" as const,
      created_at: made.doc.created_at,
    };
  },
);
