import { z } from "@hono/zod-openapi";
import { parseFilter } from "../../../domain/filters/parse";
import { validationError } from "../../../domain/issues";
import { services } from "../../context";
import { operation } from "../../operation";
import { Filters } from "../../schemas/list";
import { tellWritten } from "../../told";
import { requireCollection } from "../collections/find";
import { renderEdits } from "./render";
import { CollectionParams, editResponse } from "./schemas";

const BatchDeleteRequest = z
  .object({ document_ids: z.array(z.string()).min(1).max(1000).nullish(), filters: Filters })
  .openapi("BatchDeleteDocumentsRequest", { description: "Either `document_ids` or `filters`." });

export const batchDeleteDocumentsOperation = operation(
  {
    id: "batch_delete_documents",
    method: "delete",
    path: "/v1/collections/{collection_identifier}/documents/batch",
    tag: "Documents",
    summary: "Delete many documents",
    description: "Up to 1,000 by id, or all that match a filter. A filter that says nothing is refused.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    body: { schema: BatchDeleteRequest, required: true, example: { document_ids: ["doc_1", "doc_2"] } },
    answer: {
      description: "What became of each document.",
      schema: editResponse("deleted_count").openapi("BatchDeleteDocumentsResponse"),
      example: { deleted_count: 2, failed_count: 0, results: [], message: "Deleted 2 documents" },
    },
  },
  async (c, { params, body }) => {
    const { id } = await requireCollection(c, params.collection_identifier);
    const filters = parseFilter(body.filters ?? null);
    if (Boolean(body.document_ids) === (filters !== null)) {
      throw validationError([
        { loc: ["body"], msg: "needs either `document_ids` or a filter that names a condition", type: "value_error" },
      ]);
    }
    const target = body.document_ids ? { documentIds: body.document_ids } : { filters };
    const { count, results } = await services(c).collectionStore(id).delete(target);
    await tellWritten(c, id, { deleted: count });
    return {
      deleted_count: count,
      failed_count: results.filter(({ success }) => !success).length,
      results: renderEdits(results),
      message: `Deleted ${count} documents`,
    };
  },
);
