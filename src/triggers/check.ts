/** A condition looked at: measured, written down, and answered by a firing where it is met. */
import { findCluster } from "../db/clusters";
import { firingOfRun, insertFiring, newFiring } from "../db/firings";
import { timestamp } from "../db/time";
import { findTrigger, updateTrigger } from "../db/triggers";
import { decidedBy, isMet, needsSample } from "../domain/schedules/condition";
import { measureAll } from "../drift/measure";
import type { JobHandler } from "../jobs/contract";
import { wake } from "../jobs/enqueue";
import { fireJob } from "./fire-job";

export const triggerCheck: JobHandler<{ triggerId: string; due: number }> = {
  maxAttempts: 4,
  async step({ env, db, now }, { namespaceId, state: { triggerId, due } }) {
    const trigger = await findTrigger(db, namespaceId, triggerId);
    if (trigger?.status !== "active" || trigger.schedule.type !== "conditional") return { done: true };
    const { schedule } = trigger;
    const cluster = await findCluster(db, namespaceId, trigger.resourceId);
    if (!cluster) return { done: true };
    const { run, values, before, note, measuredAt } = await measureAll(env, cluster, needsSample(schedule));
    // What a run of its own did not better, another run of the same documents would not either.
    const own = run && (await firingOfRun(db, run.id))?.triggerId === triggerId;
    const isSpent = Boolean(own) && values.documents === before && !needsSample(schedule);
    const met = isMet(schedule, values) && !isSpent;
    const cooled = trigger.lastCooldownAt ? Date.parse(trigger.lastCooldownAt) + schedule.cooldown_seconds * 1000 : 0;
    await updateTrigger(db, trigger, {
      lastCheckAt: measuredAt,
      measurement: { ...values, measured_at: measuredAt, decided_by: decidedBy(schedule), met, ...(note && { note }) },
      baseline: run && {
        run_id: run.id,
        completed_at: run.doc.completed_at,
        num_documents: run.doc.num_points,
        num_clusters: run.doc.num_clusters,
        metrics: run.doc.metrics,
      },
    });
    if (!met || now < cooled) return { done: true };
    const firing = newFiring(trigger, { scheduledFor: timestamp(due), cause: "condition", now });
    const job = fireJob(firing);
    const at = timestamp(now);
    if (await insertFiring(db, firing, { lastTriggeredAt: at, lastCooldownAt: at }, job)) await wake(env, [job.id]);
    return { done: true };
  },
};
