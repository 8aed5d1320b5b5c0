import { z } from "@hono/zod-openapi";
import { markDeleting } from "../../../db/namespaces";
import { services } from "../../context";
import { removeNamespace } from "../../namespace-removal";
import { operation } from "../../operation";
import { GenericDeleteResponse } from "../../schemas/common";
import { requireNamespace } from "./find";
import { NamespaceParams } from "./schemas";

/** Leaves the answer within the time that HTTP clients wait. */
const REMOVAL_MS = 20_000;

const DeleteNamespaceResponse = GenericDeleteResponse.extend({
  namespace_id: z.string(),
  complete: z.boolean().openapi({ description: "False when the rest is removed in the background." }),
}).openapi("DeleteNamespaceResponse");

export const deleteNamespaceOperation = operation(
  {
    id: "delete_namespace",
    method: "delete",
    path: "/v1/namespaces/{namespace_identifier}",
    tag: "Namespaces",
    summary: "Delete a namespace and everything in it",
    description:
      "Collections, documents, clusters, runs, artifacts and tasks go; keys lose their grant. The namespace and its name are " +
      "gone at once; what takes longer than 20 seconds is removed in the background.",
    access: { scope: "admin", namespaced: false },
    params: NamespaceParams,
    answer: {
      description: "Deleted.",
      schema: DeleteNamespaceResponse,
      example: {
        success: true,
        message: "Successfully deleted",
        namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
        complete: true,
      },
    },
  },
  async (c, { params }) => {
    const { namespace_id } = await requireNamespace(c, params.namespace_identifier);
    await markDeleting(services(c).db, namespace_id);
    const complete = await removeNamespace(c.env, namespace_id, Date.now() + REMOVAL_MS);
    const message = complete ? "Successfully deleted" : "Deleted; what it held is being removed";
    return { success: true, message, namespace_id, complete };
  },
);
