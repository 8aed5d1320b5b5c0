import { services } from "../../context";
import { operation } from "../../operation";
import { tellWritten } from "../../told";
import { requireCollection } from "../collections/find";
import { droppedEmbeddings, editableFields, renderDocument } from "./render";
import { DOCUMENT_EXAMPLE, DocumentFields, DocumentParams, DocumentResponse } from "./schemas";

/** PUT replaces the document's fields, PATCH merges into them; vectors that the document brought stay under both. */
const change = (method: "put" | "patch", id: string, summary: string, mode: "replace" | "merge") =>
  operation(
    {
      id,
      method,
      path: "/v1/collections/{collection_identifier}/documents/{document_id}",
      tag: "Documents",
      summary,
      description: "Vectors and ids cannot change; vectors that are made of a text follow it.",
      access: { scope: "write", namespaced: true },
      params: DocumentParams,
      body: { schema: DocumentFields, required: true, example: { label: 7, reviewed: true } },
      answer: { description: "The changed document.", schema: DocumentResponse, example: DOCUMENT_EXAMPLE },
    },
    async (c, { params, body }) => {
      const { id: collectionId, features } = await requireCollection(c, params.collection_identifier);
      const { fields, warnings } = editableFields(body, ["body"]);
      warnings.push(...droppedEmbeddings(features, fields, ["body"]));
      const document = await services(c).collectionStore(collectionId).update(params.document_id, fields, mode);
      await tellWritten(c, collectionId, { updated: 1 });
      const rendered = renderDocument(document, c.var.namespace.id, collectionId);
      return warnings.length > 0 ? { ...rendered, warnings } : rendered;
    },
  );

export const updateDocumentOperation = change("put", "update_document", "Replace a document's fields", "replace");
export const patchDocumentOperation = change("patch", "patch_document", "Change a document's fields", "merge");
