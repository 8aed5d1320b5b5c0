import { cloneTaxonomyOperation } from "./clone";
import { createTaxonomyOperation } from "./create";
import { deleteTaxonomyOperation } from "./delete";
import { executeTaxonomyOperation } from "./execute";
import { getTaxonomyOperation } from "./get";
import { listTaxonomiesOperation } from "./list";
import { patchTaxonomyOperation } from "./patch";
import { createTaxonomyVersionOperation, listTaxonomyVersionsOperation } from "./versions";

export const taxonomyOperations = [
  createTaxonomyOperation,
  listTaxonomiesOperation,
  getTaxonomyOperation,
  patchTaxonomyOperation,
  deleteTaxonomyOperation,
  cloneTaxonomyOperation,
  createTaxonomyVersionOperation,
  listTaxonomyVersionsOperation,
  executeTaxonomyOperation,
];
