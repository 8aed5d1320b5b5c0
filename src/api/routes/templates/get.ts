import { operation } from "../../operation";
import { requireTemplate } from "./find";
import { TEMPLATE_EXAMPLE, TemplatePath, TemplateResponse } from "./schemas";

export const getTemplateOperation = operation(
  {
    id: "get_cluster_template",
    method: "get",
    path: "/v1/templates/clusters/{template_id}",
    tag: "Templates",
    summary: "Get a cluster template",
    access: { scope: "read", namespaced: true },
    params: TemplatePath,
    answer: { description: "The template.", schema: TemplateResponse, example: TEMPLATE_EXAMPLE },
  },
  (c, { params }) => requireTemplate(c, params.template_id),
);
