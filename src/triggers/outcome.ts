/** The end of what a trigger started: into its history, its count of failures, and an event. */
import { endFiring, type Firing, findFiring, firingOfRun, openFiringOfTask } from "../db/firings";
import type { ShoalEvent } from "../events/contract";
import type { Subscriber } from "../events/subscribers";
import type { JobContext, JobHandler } from "../jobs/contract";
import { tellFiring } from "./tell";

const ENDED = ["cluster.execution.completed", "cluster.execution.failed"];

export const hearRunEnded: Subscriber = async ({ db }, event) => {
  if (!ENDED.includes(event.type)) return [];
  const firing = await firingOfRun(db, event.metadata.run_id as string);
  if (!firing) return [];
  const { namespaceId } = event;
  const state = { firingId: firing.id, event };
  return [{ id: `job_${event.id}_trigger`, namespaceId, kind: "trigger_outcome", state }];
};

export const triggerOutcome: JobHandler<{ firingId: string; event: ShoalEvent }> = {
  maxAttempts: 10,
  async step(context, { state: { firingId, event } }) {
    const firing = await findFiring(context.db, firingId);
    if (!firing) return { done: true };
    const { num_clusters, num_points, error } = event.metadata as Record<string, unknown>;
    const completed = event.type === "cluster.execution.completed";
    const canceled = error === "canceled";
    const outcome = {
      status: completed ? ("completed" as const) : canceled ? ("canceled" as const) : ("failed" as const),
      error: completed ? null : String(error ?? "The run failed."),
      numClusters: completed ? (num_clusters as number) : null,
      numDocuments: completed ? (num_points as number) : null,
      executionMs: Math.max(0, Date.parse(event.occurredAt) - Date.parse(firing.triggeredAt)),
    };
    await endFiring(context.db, firing, outcome);
    const told = { ...firing, ...outcome };
    await tellFiring(context, told, completed ? "execution.completed" : "execution.failed");
    return { done: true };
  },
};

type Context = Pick<JobContext, "env" | "db">;
type Ended = Pick<Firing, "error" | "numDocuments"> & { status: "completed" | "failed" | "canceled" };

/** The end of a firing's work that is no run. It may be told twice. */
export async function endWorkOf(context: Context, firingId: string, ended: Ended): Promise<void> {
  const firing = await findFiring(context.db, firingId);
  if (!firing) return;
  const outcome = { ...ended, executionMs: Math.max(0, Date.now() - Date.parse(firing.triggeredAt)) };
  await endFiring(context.db, firing, outcome);
  const told = ended.status === "completed" ? "execution.completed" : "execution.failed";
  await tellFiring(context, { ...firing, ...outcome }, told);
}

/** A task was stopped: the firing that waits for it ends with it. */
export async function endCanceled(context: Context, namespaceId: string, taskId: string): Promise<void> {
  const firing = await openFiringOfTask(context.db, namespaceId, taskId);
  if (firing) await endWorkOf(context, firing.id, { status: "canceled", error: "canceled", numDocuments: null });
}
