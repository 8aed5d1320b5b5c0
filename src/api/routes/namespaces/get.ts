import { services } from "../../context";
import { operation } from "../../operation";
import { requireNamespace } from "./find";
import { liveCounts, renderNamespace } from "./render";
import { NAMESPACE_EXAMPLE, NamespaceModel, NamespaceParams } from "./schemas";

export const getNamespaceOperation = operation(
  {
    id: "get_namespace",
    method: "get",
    path: "/v1/namespaces/{namespace_identifier}",
    tag: "Namespaces",
    summary: "Get a namespace",
    access: { scope: "read", namespaced: false },
    params: NamespaceParams,
    answer: { description: "The namespace with its counts.", schema: NamespaceModel, example: NAMESPACE_EXAMPLE },
  },
  async (c, { params }) => {
    const doc = await requireNamespace(c, params.namespace_identifier);
    return renderNamespace(doc, await liveCounts(services(c), doc.namespace_id));
  },
);
