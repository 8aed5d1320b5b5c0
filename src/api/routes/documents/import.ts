import type { BatchSummary, CollectionStoreApi } from "../../../documents/contract";
import { IMPORT_TYPES, importDocuments, requireImportFormat } from "../../../documents/ingest/importer";
import { modelEmbedder } from "../../../providers/embeddings";
import { type AppContext, services } from "../../context";
import { IMPORT_LIMIT } from "../../middleware/body";
import { operation } from "../../operation";
import { tellWritten } from "../../told";
import { requireCollection } from "../collections/find";
import { BATCH_EXAMPLE, BatchResponse, renderBatch } from "./batch-schema";
import { CollectionParams } from "./schemas";

export const importDocumentsOperation = operation(
  {
    id: "import_documents",
    method: "post",
    path: "/v1/collections/{collection_identifier}/documents/import",
    tag: "Documents",
    summary: "Import documents",
    description:
      "Up to 100 MB a request. One document a line (NDJSON), element (JSON) or row (Arrow IPC stream, Parquet); an id that is " +
      "there already is replaced. The good rows of a request become visible together; every refused row is reported with its " +
      "line and reason.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    upload: {
      mediaTypes: IMPORT_TYPES,
      limitBytes: IMPORT_LIMIT,
      description:
        "A document: `{document_id?, payload, vectors: {feature: [numbers]}}`; in tables a column each. A sparse vector is " +
        "`{indices, values}`, a multi-vector an array of arrays. Of a text extractor's collection the payload is enough.",
      examples: {
        "application/x-ndjson":
          '{"document_id": "doc_1", "payload": {"label": 7}, "vectors": {"position": [0.1, 0.7]}}\n' +
          '{"payload": {"label": 3}, "vectors": {"position": [0.4, 0.2]}}\n',
        "application/json": '[{"document_id": "doc_1", "payload": {"label": 7}, "vectors": {"position": [0.1, 0.7]}}]',
      },
    },
    answer: { description: "What became of the rows.", schema: BatchResponse, example: BATCH_EXAMPLE },
  },
  async (c, { params, upload }) => {
    const { objects, collectionStore } = services(c);
    const { id: collectionId, features } = await requireCollection(c, params.collection_identifier);
    const format = requireImportFormat(upload.contentType);
    const store = collectionStore(collectionId);
    if (upload.earlier) {
      const summary = await store.batch(upload.earlier.batchId);
      if (summary && COMMITTED.has(summary.status)) {
        // The attempt before this one ended between its commit and its answer: what it committed is the answer.
        await upload.earlier.confirm();
        await tellBatch(c, collectionId, summary);
        return renderBatch(summary);
      }
    }
    const summary = await importDocuments({
      objects,
      store: committing(store, upload.beforeCommit),
      config: { namespaceId: c.var.namespace.id, collectionId, features },
      batchId: upload.batchId,
      announced: true,
      body: upload.stream,
      format,
      embedderOf: (settings) => modelEmbedder(c.env, settings),
    });
    await tellBatch(c, collectionId, summary);
    return renderBatch(summary);
  },
);

const tellBatch = (c: AppContext, collectionId: string, { batch_id: batchId, inserted, updated }: BatchSummary) =>
  tellWritten(c, collectionId, { batchId, inserted, updated });

const COMMITTED = new Set<BatchSummary["status"]>(["COMPLETED", "COMPLETED_WITH_ERRORS"]);

/** The store, with a step before its commit. */
const committing = (store: CollectionStoreApi, beforeCommit: () => Promise<void>): CollectionStoreApi =>
  new Proxy(store, {
    get(target, name) {
      if (name !== "commit") return Reflect.get(target, name, target);
      return async (...args: Parameters<CollectionStoreApi["commit"]>) => {
        await beforeCommit();
        return target.commit(...args);
      };
    },
  });
