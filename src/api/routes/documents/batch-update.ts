import { z } from "@hono/zod-openapi";
import type { CollectionRow } from "../../../db/collections";
import type { EditResult } from "../../../documents/contract";
import { parseFilter } from "../../../domain/filters/parse";
import { validationError } from "../../../domain/issues";
import { type AppContext, services } from "../../context";
import { DOCUMENTS_LIMIT } from "../../middleware/body";
import { operation } from "../../operation";
import { Warning } from "../../schemas/common";
import { Filters } from "../../schemas/list";
import { tellWritten } from "../../told";
import { requireCollection } from "../collections/find";
import { droppedEmbeddings, editableFields, renderEdits } from "./render";
import { CollectionParams, DocumentFields, editResponse } from "./schemas";

const BatchUpdateRequest = z
  .object({
    updates: z
      .array(z.object({ document_id: z.string(), update_data: DocumentFields }))
      .min(1)
      .max(1000)
      .nullish(),
    filters: Filters,
    update_data: DocumentFields.nullish(),
  })
  .openapi("BatchUpdateDocumentsRequest", { description: "Either `updates`, or `filters` with `update_data`." });

const BulkUpdateRequest = z
  .object({ filters: Filters, update_data: DocumentFields })
  .openapi("BulkUpdateDocumentsRequest");

const UpdateResponse = editResponse("updated_count")
  .extend({ warnings: z.array(Warning).optional() })
  .openapi("BatchUpdateDocumentsResponse");

const EXAMPLE = { updated_count: 2, failed_count: 0, results: [], message: "Updated 2 documents" };

export const batchUpdateDocumentsOperation = operation(
  {
    id: "batch_update_documents",
    method: "post",
    path: "/v1/collections/{collection_identifier}/documents/batch",
    tag: "Documents",
    summary: "Change many documents",
    description: "Merges into up to 1,000 documents each its own data, or the same data into all that match a filter.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    body: {
      schema: BatchUpdateRequest,
      required: true,
      limitBytes: DOCUMENTS_LIMIT,
      example: { updates: [{ document_id: "doc_1", update_data: { reviewed: true } }] },
    },
    answer: { description: "What became of each document.", schema: UpdateResponse, example: EXAMPLE },
  },
  async (c, { params, body }) => {
    const { id, features } = await requireCollection(c, params.collection_identifier);
    const { updates, filters, update_data } = body;
    if (Boolean(updates) === Boolean(update_data)) {
      throw validationError([
        { loc: ["body"], msg: "needs either `updates`, or `update_data` with `filters`", type: "value_error" },
      ]);
    }
    if (!updates) return updateWhere(c, { id, features }, filters, update_data ?? {});
    const edits = updates.map(({ document_id, update_data }, i) => {
      const loc = ["body", "updates", String(i), "update_data"];
      const { fields, warnings } = editableFields(update_data, loc);
      return { document_id, fields, warnings: [...warnings, ...droppedEmbeddings(features, fields, loc)] };
    });
    const store = services(c).collectionStore(id);
    const results: EditResult[] = [];
    for (const part of parts(edits.map(({ document_id, fields }) => ({ documentId: document_id, data: fields })))) {
      results.push(...(await store.updateEach(part)));
    }
    const updated = results.filter(({ success }) => success).length;
    await tellWritten(c, id, { updated });
    return {
      updated_count: updated,
      failed_count: results.length - updated,
      results: renderEdits(results),
      message: `Updated ${updated} of ${results.length} documents`,
      ...warned(edits.flatMap(({ warnings }) => warnings)),
    };
  },
);

export const bulkUpdateDocumentsOperation = operation(
  {
    id: "bulk_update_documents",
    method: "patch",
    path: "/v1/collections/{collection_identifier}/documents/bulk",
    tag: "Documents",
    summary: "Change all documents that match",
    description: "Merges the data into every document that matches the filter; without a filter into all.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    body: {
      schema: BulkUpdateRequest,
      required: true,
      example: { filters: { label: 7 }, update_data: { reviewed: true } },
    },
    answer: { description: "How many were changed.", schema: UpdateResponse, example: EXAMPLE },
  },
  async (c, { params, body }) => {
    const { id, features } = await requireCollection(c, params.collection_identifier);
    return updateWhere(c, { id, features }, body.filters, body.update_data);
  },
);

/** Characters of one call to the store: with two bytes each and some for the framing they stay below an RPC's 32 MiB. */
const PART_CHARACTERS = 8 * 1024 * 1024;

/** Consecutive updates that fit one call together. */
function* parts<Update>(updates: Update[]): Generator<Update[]> {
  let part: Update[] = [];
  let characters = 0;
  for (const update of updates) {
    const size = JSON.stringify(update).length;
    if (part.length > 0 && characters + size > PART_CHARACTERS) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(update);
    characters += size;
  }
  yield part;
}

type Collection = Pick<CollectionRow, "id" | "features">;

async function updateWhere(
  c: AppContext,
  { id: collectionId, features }: Collection,
  filters: unknown,
  data: Record<string, unknown>,
) {
  const { fields, warnings } = editableFields(data, ["body", "update_data"]);
  warnings.push(...droppedEmbeddings(features, fields, ["body", "update_data"]));
  const updated = await services(c)
    .collectionStore(collectionId)
    .updateWhere(parseFilter(filters ?? null), fields);
  await tellWritten(c, collectionId, { updated });
  return {
    updated_count: updated,
    failed_count: 0,
    results: [],
    message: `Updated ${updated} documents`,
    ...warned(warnings),
  };
}

const warned = (warnings: z.infer<typeof Warning>[]) => (warnings.length > 0 ? { warnings } : {});
