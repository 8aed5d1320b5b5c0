/** A firing carried out: what its action asks for is started, and why it was not is written down. */
import { findCluster } from "../db/clusters";
import { findCollection } from "../db/collections";
import { endFiring, type Firing, findFiring, newFiring, splitFiring, startedFiring, updateFiring } from "../db/firings";
import { findTask, type TaskDoc } from "../db/tasks";
import { findTrigger, type TriggerRow } from "../db/triggers";
import { ShoalError } from "../domain/errors";
import { applicationsOf } from "../domain/schedules/application";
import { DEFAULT_COOLDOWN } from "../domain/schedules/config";
import type { JobContext, JobHandler } from "../jobs/contract";
import { wake } from "../jobs/enqueue";
import { prepareRun, startRun } from "../runs/start";
import { applyTaxonomyOf } from "./apply-taxonomy";
import { fireJob } from "./fire-job";
import { tellFiring } from "./tell";

type Context = Pick<JobContext, "env" | "db" | "now">;

/** Seconds, at least, until events whose firing was skipped are tried again. */
const SHORTEST_RETRY = 60;

export const triggerFire: JobHandler<{ firingId: string }> = {
  maxAttempts: 6,
  async step(context, { state: { firingId } }) {
    const found = await pending(context, firingId);
    if (!found) return { done: true };
    const { firing, trigger } = found;
    const parts = await partsOf(context, firing, trigger);
    if (parts.length > 0) {
      const jobs = parts.map(fireJob);
      await splitFiring(context.db, firing, parts, jobs);
      await wake(
        context.env,
        jobs.map(({ id }) => id),
      );
      return { done: true };
    }
    await carryOut(context, firing, trigger).catch((error: unknown) => {
      // What the caller would be told was written down; anything else is tried again.
      if (!(error instanceof ShoalError) || error.status >= 500) throw error;
    });
    return { done: true };
  },
  async givenUp(context, { state: { firingId } }, error) {
    const found = await pending(context, firingId);
    const reason = error instanceof ShoalError ? error.message : "The run could not be started.";
    if (found) await fail(context, found.firing, reason);
  },
};

async function pending({ db }: Context, firingId: string): Promise<{ firing: Firing; trigger: TriggerRow } | null> {
  const firing = await findFiring(db, firingId);
  if (firing?.status !== "pending") return null;
  const trigger = await findTrigger(db, firing.namespaceId, firing.triggerId);
  return trigger && { firing, trigger };
}

/** A collection's trigger runs each cluster that is applied to it: a firing each. */
export async function partsOf({ db, now }: Context, firing: Firing, trigger: TriggerRow): Promise<Firing[]> {
  if (trigger.actionType !== "collection_trigger" || firing.clusterId !== null) return [];
  const collection = await findCollection(db, trigger.namespaceId, trigger.resourceId);
  return applicationsOf(collection?.doc.cluster_applications).map(({ cluster_id: clusterId }) =>
    newFiring(trigger, { scheduledFor: `${firing.scheduledFor} ${clusterId}`, cause: firing.cause, clusterId, now }),
  );
}

/**
 * Starts the firing's work and answers its task. A repeated call finds the one that it started before.
 *
 * @throws ShoalError the reason why nothing was started, after it was recorded: `run_in_progress` skips the firing, any
 * other error of the caller's fails it
 */
export async function carryOut(context: Context, firing: Firing, trigger: TriggerRow): Promise<TaskDoc> {
  const { env, db } = context;
  const { namespaceId } = firing;
  const known = firing.taskId && (await findTask(db, firing.taskId, [namespaceId]));
  if (known) {
    await startedFiring(db, firing, known.doc.task_id);
    return known.doc;
  }
  try {
    if (trigger.actionType === "taxonomy_enrichment") {
      const task = await applyTaxonomyOf(context, firing, trigger);
      await startedFiring(db, firing, task.task_id);
      await tellFiring(context, { ...firing, taskId: task.task_id }, "fired");
      return task;
    }
    const cluster = await clusterOf(context, firing, trigger);
    const { spec } = await prepareRun(env, cluster, {});
    const run = { clusterId: cluster.id, runId: spec.runId, taskId: spec.taskId };
    // Before the run is written: whoever hears of its end finds the firing by it.
    await updateFiring(db, firing.id, run);
    const task = await startRun(env, spec);
    await startedFiring(db, firing, task.task_id);
    await tellFiring(context, { ...firing, ...run }, "fired");
    return task;
  } catch (error) {
    if (error instanceof ShoalError && error.code === "run_in_progress") await skip(context, firing, trigger, error);
    else if (error instanceof ShoalError && error.status < 500) await fail(context, firing, error.message);
    throw error;
  }
}

async function clusterOf({ db }: Context, firing: Firing, trigger: TriggerRow) {
  const id = firing.clusterId ?? (trigger.actionConfig.cluster_id as string | undefined);
  if (!id) {
    const msg = `No cluster is applied to collection ${trigger.resourceId}: its cluster_applications are empty.`;
    throw new ShoalError("cluster_not_found", msg, { collection_id: trigger.resourceId });
  }
  const cluster = await findCluster(db, firing.namespaceId, id);
  if (cluster) return cluster;
  throw new ShoalError("cluster_not_found", `The cluster ${id} is gone.`, { resource: "cluster", id });
}

async function skip({ db, now }: Context, firing: Firing, { schedule }: TriggerRow, error: ShoalError): Promise<void> {
  const cooldown = schedule.type === "event" ? schedule.cooldown_seconds : 0;
  const dueAt = now + 1000 * Math.max(SHORTEST_RETRY, Math.min(cooldown, DEFAULT_COOLDOWN));
  const reason = `run_in_progress: ${error.message}`;
  await endFiring(
    db,
    { ...firing, runId: null, taskId: null },
    { status: "skipped", error: reason, runId: null, taskId: null },
    { dueAt },
  );
}

async function fail(context: Context, firing: Firing, reason: string): Promise<void> {
  if (!(await endFiring(context.db, firing, { status: "failed", error: reason }))) return;
  await tellFiring(context, { ...firing, error: reason }, "execution.failed");
}
