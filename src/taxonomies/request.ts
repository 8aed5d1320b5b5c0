/** From a request to the task that applies a taxonomy to a collection. */
import type { CollectionRow } from "../db/collections";
import type { TaskDoc } from "../db/tasks";
import type { TaxonomyDoc } from "../db/taxonomies";
import { collectionStore } from "../documents/client";
import type { Warning } from "../domain/definition/model";
import type { Filter } from "../domain/filters/model";
import { newId } from "../domain/ids";
import { derivedCollection } from "../enrichment/derived";
import type { JobContext } from "../jobs/contract";
import { enqueueTask } from "../jobs/enqueue";
import { type ApplyState, NO_COUNTS, notReady } from "./apply";

export interface ApplyRequest {
  taxonomy: TaxonomyDoc;
  collection: CollectionRow;
  targetCollection: string | null;
  filters: Filter | null;
  batchSize: number;
  /** Of the firing of a trigger that asks for it, which hears how it ends; the task has the id that the firing names. */
  firing?: { id: string; taskId: string };
}

/** @throws ShoalError `taxonomy_not_ready` while its inference has not ended, or where it failed */
export async function submitApply(
  { env, db }: Pick<JobContext, "env" | "db">,
  namespaceId: string,
  { taxonomy, collection, targetCollection, filters, batchSize, firing }: ApplyRequest,
): Promise<{ task: TaskDoc; estimated: number; warnings: Warning[] }> {
  if (!taxonomy.ready) throw notReady(taxonomy);
  const { taxonomy_id: taxonomyId, version } = taxonomy;
  const derived =
    targetCollection === null
      ? null
      : await derivedCollection({ env, db }, namespaceId, [collection], targetCollection);
  const estimated = await collectionStore(env, namespaceId, collection.id).count(filters);
  const state: ApplyState = {
    taxonomyId,
    version,
    collectionId: collection.id,
    targetCollectionId: derived?.target.id ?? null,
    filters,
    batchSize,
    cursor: null,
    counts: NO_COUNTS,
    ...(firing && { firingId: firing.id }),
  };
  const inputs = [{ taxonomy_id: taxonomyId, version, collection_id: collection.id }];
  const warnings = derived?.warnings ?? [];
  const task = await enqueueTask(
    env,
    db,
    {
      taskId: firing?.taskId ?? newId("task"),
      namespaceId,
      type: "api_taxonomies_materialize",
      inputs,
      additionalData: { ...inputs[0], estimated_documents: estimated, warnings },
    },
    { id: newId("job"), kind: "taxonomy_apply", state },
  );
  return { task, estimated, warnings };
}
