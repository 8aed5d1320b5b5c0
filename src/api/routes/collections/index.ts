import { applyTaxonomyOperation } from "./apply-taxonomy";
import { cloneCollectionOperation } from "./clone";
import { createCollectionOperation } from "./create";
import { deleteCollectionOperation } from "./delete";
import { describeFeaturesOperation } from "./features";
import { getCollectionOperation } from "./get";
import { listCollectionsOperation } from "./list";
import { patchCollectionOperation } from "./patch";

export const collectionOperations = [
  createCollectionOperation,
  listCollectionsOperation,
  getCollectionOperation,
  patchCollectionOperation,
  deleteCollectionOperation,
  cloneCollectionOperation,
  describeFeaturesOperation,
  applyTaxonomyOperation,
];
