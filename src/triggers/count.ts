/** Documents that were written: counted for the triggers and the clusters that wait for them. */
import { clusterDefinitions } from "../db/clusters";
import { findCollection } from "../db/collections";
import { countEvents, eventTriggers, findTrigger, keepAutoTrigger, type TriggerRow } from "../db/triggers";
import { collectionStore } from "../documents/client";
import { applicationsOf } from "../domain/schedules/application";
import type { EventKind, EventSchedule } from "../domain/schedules/config";
import type { ShoalEvent } from "../events/contract";
import type { Subscriber } from "../events/subscribers";
import type { JobContext, JobHandler } from "../jobs/contract";
import { wake } from "../jobs/enqueue";
import { autoTrigger } from "./auto";
import { claim } from "./due";

interface Written {
  collection_id: string;
  /** Null for documents that were written one by one. */
  batch_id: string | null;
  inserted: number;
  updated: number;
}

export const hearDocumentsWritten: Subscriber = async ({ db }, event) => {
  if (event.type !== "collection.documents.written") return [];
  const { namespaceId } = event;
  const waiting = await eventTriggers(db, namespaceId);
  const collection = await findCollection(db, namespaceId, written(event).collection_id);
  const applied = applicationsOf(collection?.doc.cluster_applications).some((one) => one.auto_execute_on_batch);
  if (waiting.length === 0 && !applied) return [];
  return [{ id: `job_${event.id}_count`, namespaceId, kind: "trigger_count", state: { event } }];
};

const written = ({ subject, metadata }: ShoalEvent): Written => ({
  collection_id: (metadata.collection_id as string | undefined) ?? subject.id,
  batch_id: (metadata.batch_id as string | null | undefined) ?? null,
  inserted: Number(metadata.inserted ?? 0),
  updated: Number(metadata.updated ?? 0),
});

/** What a batch counts for a trigger of each kind. */
const countOf = (kind: EventKind, { batch_id, inserted, updated }: Written): number =>
  kind === "documents_added" ? inserted : kind === "documents_updated" ? updated : batch_id === null ? 0 : 1;

export const triggerCount: JobHandler<{ event: ShoalEvent }> = {
  maxAttempts: 10,
  async step(context, { state: { event } }) {
    const batch = written(event);
    for (const trigger of [...(await watching(context, event, batch)), ...(await applied(context, event, batch))]) {
      const schedule = trigger.schedule as EventSchedule;
      const count = countOf(schedule.event_type, batch);
      if (count === 0) continue;
      const { db, env, now } = context;
      const cooled = trigger.lastCooldownAt ? Date.parse(trigger.lastCooldownAt) + schedule.cooldown_seconds * 1000 : 0;
      const counted = {
        eventId: event.id,
        count,
        threshold: schedule.event_threshold,
        dueAt: Math.max(now, cooled),
        now,
      };
      await countEvents(db, trigger, counted);
      const after = await findTrigger(db, trigger.namespaceId, trigger.id);
      const job = after?.status === "active" ? await claim(env, after, now) : null;
      if (job) await wake(env, [job]);
    }
    return { done: true };
  },
};

/** Triggers that wait for events of this collection: the one that they name, else those of their action. */
async function watching({ db }: JobContext, event: ShoalEvent, { collection_id }: Written): Promise<TriggerRow[]> {
  const waiting = await eventTriggers(db, event.namespaceId);
  const clusters = waiting.filter(({ actionType }) => actionType === "cluster").map(({ resourceId }) => resourceId);
  const inputs = await clusterDefinitions(db, event.namespaceId, clusters);
  return waiting.filter(({ schedule, resourceId }) => {
    const named = (schedule as EventSchedule).collection_id;
    const watched = named ? [named] : (inputs.get(resourceId)?.collection_ids ?? [resourceId]);
    return watched.includes(collection_id);
  });
}

/** Clusters that are applied to the collection and run after its batches, once it holds enough documents. */
async function applied({ env, db }: JobContext, event: ShoalEvent, batch: Written): Promise<TriggerRow[]> {
  if (batch.batch_id === null || batch.inserted + batch.updated === 0) return [];
  const { namespaceId } = event;
  const collection = await findCollection(db, namespaceId, batch.collection_id);
  const automatic = applicationsOf(collection?.doc.cluster_applications).filter((one) => one.auto_execute_on_batch);
  if (!collection || automatic.length === 0) return [];
  const documents = await collectionStore(env, namespaceId, collection.id).count(null);
  const kept: TriggerRow[] = [];
  for (const application of automatic) {
    if (documents < (application.min_document_threshold ?? 0)) continue;
    const row = autoTrigger(namespaceId, application);
    await keepAutoTrigger(db, row);
    kept.push((await findTrigger(db, namespaceId, row.id)) ?? row);
  }
  return kept;
}
