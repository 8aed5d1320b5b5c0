import { updateNamespace } from "../../../db/namespaces";
import { untilUndisturbed } from "../../concurrency";
import { services } from "../../context";
import { operation } from "../../operation";
import { requireNamespace } from "./find";
import { liveCounts, renderNamespace } from "./render";
import { ChangeNamespaceRequest, NAMESPACE_EXAMPLE, NamespaceModel, NamespaceParams } from "./schemas";

/** PUT and PATCH are the same operation under two methods: the published clients use both with partial bodies. */
const change = (method: "put" | "patch", id: string, summary: string) =>
  operation(
    {
      id,
      method,
      path: "/v1/namespaces/{namespace_identifier}",
      tag: "Namespaces",
      summary,
      description: "Changes what the body names; null and absent leave a field as it is.",
      access: { scope: "admin", namespaced: false },
      params: NamespaceParams,
      body: { schema: ChangeNamespaceRequest, example: { description: "Embeddings of the reading group" } },
      answer: { description: "The changed namespace.", schema: NamespaceModel, example: NAMESPACE_EXAMPLE },
      errors: [409],
    },
    async (c, { params, body }) => {
      const named = Object.fromEntries(
        Object.entries(body).filter(([, value]) => value !== null && value !== undefined),
      );
      const doc = await untilUndisturbed(async () => {
        const current = await requireNamespace(c, params.namespace_identifier);
        return updateNamespace(services(c).db, current, named);
      });
      return renderNamespace(doc, await liveCounts(services(c), doc.namespace_id));
    },
  );

export const updateNamespaceOperation = change("put", "update_namespace", "Update a namespace");
export const patchNamespaceOperation = change("patch", "patch_namespace", "Change a namespace");
