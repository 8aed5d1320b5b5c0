import { createNamespace } from "../../../db/namespaces";
import { ShoalError } from "../../../domain/errors";
import { services } from "../../context";
import { operation } from "../../operation";
import { renderNamespace } from "./render";
import { CreateNamespaceRequest, NAMESPACE_EXAMPLE, NamespaceModel } from "./schemas";

const NO_EFFECT = ["payload_indexes", "auto_create_indexes", "infrastructure"] as const;

export const createNamespaceOperation = operation(
  {
    id: "create_namespace",
    method: "post",
    path: "/v1/namespaces",
    tag: "Namespaces",
    summary: "Create a namespace",
    access: { scope: "admin", namespaced: false },
    body: {
      schema: CreateNamespaceRequest,
      example: {
        namespace_name: "research",
        feature_extractors: [{ feature_extractor_name: "passthrough", version: "v1" }],
      },
    },
    answer: { description: "The namespace.", schema: NamespaceModel, example: NAMESPACE_EXAMPLE },
  },
  async (c, { body }) => {
    if (c.var.auth.namespaces !== null) {
      throw new ShoalError("missing_scope", "This key is limited to its namespaces and cannot create another.");
    }
    const doc = await createNamespace(services(c).db, {
      namespace_name: body.namespace_name,
      namespace_type: body.namespace_type,
      description: body.description ?? null,
      feature_extractors: body.feature_extractors ?? [],
      payload_indexes: body.payload_indexes ?? [],
      auto_create_indexes: body.auto_create_indexes,
      infrastructure: body.infrastructure ?? null,
      metadata: body.metadata ?? null,
    });
    const warnings = NO_EFFECT.filter((field) => body[field] && (body[field] as unknown[]).length !== 0).map(
      (field) => ({
        loc: ["body", field],
        msg: "is stored and has no effect in this deployment",
      }),
    );
    return { ...renderNamespace(doc, { collections: 0, documents: 0 }), warnings };
  },
);
