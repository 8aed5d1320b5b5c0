import { patchNamespaceOperation, updateNamespaceOperation } from "./change";
import { createNamespaceOperation } from "./create";
import { deleteNamespaceOperation } from "./delete";
import { getNamespaceOperation } from "./get";
import { browseNamespacesOperation, listNamespacesOperation } from "./list";

export const namespaceOperations = [
  createNamespaceOperation,
  browseNamespacesOperation,
  listNamespacesOperation,
  getNamespaceOperation,
  updateNamespaceOperation,
  patchNamespaceOperation,
  deleteNamespaceOperation,
];
