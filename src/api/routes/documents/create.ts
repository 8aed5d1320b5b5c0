import type { RowError } from "../../../documents/contract";
import { importValues } from "../../../documents/ingest/importer";
import type { EmbedderOf } from "../../../documents/ingest/texts";
import { ERRORS, type ErrorCode, ShoalError } from "../../../domain/errors";
import { newId } from "../../../domain/ids";
import { validationError } from "../../../domain/issues";
import { modelEmbedder } from "../../../providers/embeddings";
import { services } from "../../context";
import { DOCUMENTS_LIMIT } from "../../middleware/body";
import { operation } from "../../operation";
import { tellWritten } from "../../told";
import { requireCollection } from "../collections/find";
import { documentNotFound, renderDocument } from "./render";
import { CollectionParams, CreateDocumentRequest, DOCUMENT_EXAMPLE, DocumentResponse } from "./schemas";

export const createDocumentOperation = operation(
  {
    id: "create_document",
    method: "post",
    path: "/v1/collections/{collection_identifier}/documents",
    tag: "Documents",
    summary: "Create a document",
    description: "For more than a few documents use the import: it is thousands of times faster a document.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    body: {
      schema: CreateDocumentRequest,
      required: true,
      limitBytes: DOCUMENTS_LIMIT,
      example: { payload: { title: "A shoal" }, vectors: { position: [0.1, 0.7] } },
    },
    answer: { description: "The document.", schema: DocumentResponse, example: DOCUMENT_EXAMPLE },
  },
  async (c, { params, body }) => {
    const { objects, collectionStore } = services(c);
    const namespaceId = c.var.namespace.id;
    const { id: collectionId, name, features } = await requireCollection(c, params.collection_identifier);
    const { collection_id: given } = body;
    if (given && given !== collectionId && given !== name) {
      const msg = `"${given}" contradicts the path, which names ${collectionId}`;
      throw validationError([{ loc: ["body", "collection_id"], msg, type: "contradiction" }]);
    }
    const store = collectionStore(collectionId);
    const documentId = body.document_id ?? newId("doc");
    if (body.document_id && (await store.get(documentId, false))) {
      throw new ShoalError("document_exists", `There is already a document "${documentId}".`, {
        resource: "document",
        id: documentId,
      });
    }
    const config = { namespaceId, collectionId, features };
    const embedderOf: EmbedderOf = (settings) => modelEmbedder(c.env, settings);
    const target = { objects, store, config, batchId: newId("batch"), embedderOf, announced: true };
    const { errors, warnings } = await importValues(target, [{ ...body, document_id: documentId }]);
    if (errors[0]) throw refused(errors[0]);
    await tellWritten(c, collectionId, { batchId: target.batchId, inserted: 1 });
    const document = await store.get(documentId, false);
    if (!document) throw documentNotFound(documentId);
    return { ...renderDocument(document, namespaceId, collectionId), ...(warnings ? { warnings } : {}) };
  },
);

/** A refused row as the error of the request that it was. */
function refused({ code, message }: RowError): ShoalError {
  const known = code in ERRORS ? (code as ErrorCode) : "validation_failed";
  return new ShoalError(known, message, null, [{ loc: ["body"], msg: message, type: code }]);
}
