/** `taxonomy_enrichment`: a firing applies a taxonomy to a collection, by the same task that a request for it starts. */
import { type Firing, updateFiring } from "../db/firings";
import { findTask, type TaskDoc } from "../db/tasks";
import { requireTaxonomy } from "../db/taxonomies";
import type { TriggerRow } from "../db/triggers";
import { ShoalError } from "../domain/errors";
import { newId } from "../domain/ids";
import type { JobContext } from "../jobs/contract";
import { applicationOf } from "../taxonomies/applications";
import { requireNamed } from "../taxonomies/from-documents";
import { submitApply } from "../taxonomies/request";

interface Config {
  taxonomy_id: string;
  collection_id: string;
  batch_size: number;
}

/**
 * The taxonomy's newest version; where the collection's `taxonomy_applications` name it, their target and filters count.
 *
 * @throws ShoalError `run_in_progress` while the trigger's task before still works, `taxonomy_not_found`, `taxonomy_not_ready`,
 * `collection_not_found`
 */
export async function applyTaxonomyOf(
  { env, db }: Pick<JobContext, "env" | "db">,
  firing: Firing,
  trigger: TriggerRow,
): Promise<TaskDoc> {
  const { namespaceId } = firing;
  const { taxonomy_id, collection_id, batch_size: batchSize } = trigger.actionConfig as unknown as Config;
  const last = trigger.lastTaskId ? await findTask(db, trigger.lastTaskId, [namespaceId]) : null;
  if (last && ["PENDING", "PROCESSING"].includes(last.doc.status)) {
    const msg = `Task ${last.doc.task_id} of this trigger still applies the taxonomy.`;
    throw new ShoalError("run_in_progress", msg, { task_id: last.doc.task_id });
  }
  const taxonomy = await requireTaxonomy(db, namespaceId, taxonomy_id);
  const collection = await requireNamed({ db }, namespaceId, collection_id);
  const application = applicationOf(collection, taxonomy) ?? { targetCollection: null, filters: null };
  const taskId = firing.taskId ?? newId("task");
  // Before the task is written: whoever hears of its end finds the firing.
  await updateFiring(db, firing.id, { taskId });
  const request = { taxonomy, collection, batchSize, ...application, firing: { id: firing.id, taskId } };
  return (await submitApply({ env, db }, namespaceId, request)).task;
}
