import { z } from "@hono/zod-openapi";
import { ShoalError } from "../../../domain/errors";
import { services } from "../../context";
import { operation } from "../../operation";
import { requireCollection } from "../collections/find";
import { BATCH_EXAMPLE, BatchResponse, renderBatch } from "./batch-schema";
import { CollectionParams } from "./schemas";

export const getBatchOperation = operation(
  {
    id: "get_batch",
    method: "get",
    path: "/v1/collections/{collection_identifier}/batches/{batch_id}",
    tag: "Documents",
    summary: "Get an import's outcome",
    access: { scope: "read", namespaced: true },
    params: CollectionParams.extend({ batch_id: z.string().openapi({ example: BATCH_EXAMPLE.batch_id }) }),
    answer: { description: "What became of the rows.", schema: BatchResponse, example: BATCH_EXAMPLE },
  },
  async (c, { params }) => {
    const { id } = await requireCollection(c, params.collection_identifier);
    const summary = await services(c).collectionStore(id).batch(params.batch_id);
    if (summary) return renderBatch(summary);
    throw new ShoalError("batch_not_found", `There is no batch "${params.batch_id}" in this collection.`, {
      resource: "batch",
      id: params.batch_id,
    });
  },
);
