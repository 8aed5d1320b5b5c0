import { z } from "@hono/zod-openapi";
import { JsonObject, Timestamp, Warning } from "../../schemas/common";
import { CollectionParams } from "../collections/schemas";

export { CollectionParams };

export const DocumentParams = CollectionParams.extend({
  document_id: z.string().openapi({ example: "doc_mi8l2k4q0d7v1c9x5z3b" }),
});

const VectorMap = z.record(z.string(), z.unknown()).openapi({
  additionalProperties: {},
  description:
    "By feature name or URI. Dense: an array of as many numbers as the feature has dimensions. Sparse: `{indices, values}`. " +
    "Multi-vector: an array of such arrays.",
});

export const CreateDocumentRequest = z
  .looseObject({
    document_id: z.string().nullish().openapi({ description: "1 to 255 characters; made where it is absent." }),
    collection_id: z.string().nullish(),
    payload: JsonObject.nullish(),
    vectors: VectorMap.nullish(),
    features: z
      .array(z.looseObject({ feature_extractor_id: z.string().nullish(), payload: JsonObject.nullish() }))
      .nullish(),
    metadata: JsonObject.nullish(),
  })
  .openapi("CreateDocumentRequest", { description: "Every other key is a field of the document." });

export const DocumentResponse = z
  .looseObject({
    document_id: z.string(),
    collection_id: z.string(),
    document_blobs: z.array(JsonObject),
    _internal: z.looseObject({
      document_id: z.string(),
      collection_id: z.string(),
      namespace_id: z.string(),
      created_at: Timestamp,
      updated_at: Timestamp,
    }),
    _vectors: z.array(z.string()).optional().openapi({
      description: "Names of the features that the document has; left out by `return_vector_names: false`.",
    }),
    vectors: z
      .record(
        z.string(),
        z.union([z.array(z.number()), z.object({ indices: z.array(z.int()), values: z.array(z.number()) })]),
      )
      .optional()
      .openapi({
        description:
          "With `return_vectors`: the vectors, by feature name. Of a sparse feature `{indices, values}`; several vectors " +
          "that were given for a document are answered as the one that was made of them.",
      }),
    warnings: z.array(Warning).optional(),
  })
  .openapi("DocumentResponse", { description: "The document's own fields stand at the root." });
export type DocumentResponse = z.infer<typeof DocumentResponse>;

export const DocumentFields = JsonObject.openapi({ description: "The document's fields." });

export const DOCUMENT_EXAMPLE = {
  label: 7,
  document_id: "doc_mi8l2k4q0d7v1c9x5z3b",
  collection_id: "col_mi8l2k4q0d7v1c9x5z3b",
  document_blobs: [],
  _internal: {
    document_id: "doc_mi8l2k4q0d7v1c9x5z3b",
    collection_id: "col_mi8l2k4q0d7v1c9x5z3b",
    namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
    created_at: "2026-11-21T13:20:40.122000Z",
    updated_at: "2026-11-21T13:20:40.122000Z",
  },
  _vectors: ["pixels"],
};

const EditResult = z.object({ document_id: z.string(), success: z.boolean(), error: z.string().nullable() });

/** `updated_count` or `deleted_count`, and what became of each document that was named. */
export const editResponse = <Name extends string>(count: Name) =>
  z.object({
    ...({ [count]: z.int() } as Record<Name, z.ZodInt>),
    failed_count: z.int(),
    results: z.array(EditResult).openapi({ description: "Empty for an edit by filter." }),
    message: z.string(),
  });
