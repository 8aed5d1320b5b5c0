import { aggregateDocumentsOperation } from "./aggregate";
import { batchDeleteDocumentsOperation } from "./batch-delete";
import { getBatchOperation } from "./batch-get";
import { batchUpdateDocumentsOperation, bulkUpdateDocumentsOperation } from "./batch-update";
import { patchDocumentOperation, updateDocumentOperation } from "./change";
import { createDocumentOperation } from "./create";
import { deleteDocumentOperation } from "./delete";
import { getDocumentOperation } from "./get";
import { importDocumentsOperation } from "./import";
import { listDocumentsOperation } from "./list";

export const documentOperations = [
  importDocumentsOperation,
  getBatchOperation,
  createDocumentOperation,
  listDocumentsOperation,
  getDocumentOperation,
  updateDocumentOperation,
  patchDocumentOperation,
  deleteDocumentOperation,
  batchUpdateDocumentsOperation,
  bulkUpdateDocumentsOperation,
  batchDeleteDocumentsOperation,
  aggregateDocumentsOperation,
];
