import { z } from "@hono/zod-openapi";
import { services } from "../../context";
import { operation } from "../../operation";
import { queryBoolean } from "../../schemas/list";
import { requireCollection } from "../collections/find";
import { documentNotFound, renderDocument } from "./render";
import { DOCUMENT_EXAMPLE, DocumentParams, DocumentResponse } from "./schemas";

const NO_BLOBS = "documents of this deployment have no blobs: there is nothing to presign";

export const getDocumentOperation = operation(
  {
    id: "get_document",
    method: "get",
    path: "/v1/collections/{collection_identifier}/documents/{document_id}",
    tag: "Documents",
    summary: "Get a document",
    access: { scope: "read", namespaced: true },
    params: DocumentParams,
    query: z.object({
      return_vectors: queryBoolean(false),
      return_presigned_urls: queryBoolean(false),
      return_vector_names: queryBoolean(true).openapi({ description: "Whether `_vectors` is answered." }),
    }),
    answer: { description: "The document.", schema: DocumentResponse, example: DOCUMENT_EXAMPLE },
  },
  async (c, { params, query }) => {
    const { id } = await requireCollection(c, params.collection_identifier);
    const document = await services(c).collectionStore(id).get(params.document_id, query.return_vectors);
    if (!document) throw documentNotFound(params.document_id);
    const rendered = renderDocument(document, c.var.namespace.id, id, query.return_vector_names);
    if (!query.return_presigned_urls) return rendered;
    return { ...rendered, warnings: [{ loc: ["query", "return_presigned_urls"], msg: NO_BLOBS }] };
  },
);
