import { services } from "../../context";
import { operation } from "../../operation";
import { DELETED, GenericDeleteResponse } from "../../schemas/common";
import { tellWritten } from "../../told";
import { requireCollection } from "../collections/find";
import { documentNotFound } from "./render";
import { DocumentParams } from "./schemas";

export const deleteDocumentOperation = operation(
  {
    id: "delete_document",
    method: "delete",
    path: "/v1/collections/{collection_identifier}/documents/{document_id}",
    tag: "Documents",
    summary: "Delete a document and its vectors",
    access: { scope: "write", namespaced: true },
    params: DocumentParams,
    answer: { description: "Deleted.", schema: GenericDeleteResponse, example: DELETED },
  },
  async (c, { params }) => {
    const { id } = await requireCollection(c, params.collection_identifier);
    const { count } = await services(c)
      .collectionStore(id)
      .delete({ documentIds: [params.document_id] });
    if (count === 0) throw documentNotFound(params.document_id);
    await tellWritten(c, id, { deleted: count });
    return DELETED;
  },
);
