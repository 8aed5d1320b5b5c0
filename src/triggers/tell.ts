import type { Firing } from "../db/firings";
import { announce } from "../events/announce";
import type { EventType } from "../events/contract";
import type { JobContext } from "../jobs/contract";

type Told = "fired" | "execution.completed" | "execution.failed";

/** Tells of a firing, once for each state of it. */
export const tellFiring = ({ env, db }: Pick<JobContext, "env" | "db">, firing: Firing, told: Told): Promise<void> =>
  announce(env, db, {
    id: `evt_${firing.id.slice("fire_".length)}_${told.split(".").at(-1)}`,
    type: `trigger.${told}` as EventType,
    namespaceId: firing.namespaceId,
    subject: { type: "trigger", id: firing.triggerId },
    metadata: {
      trigger_id: firing.triggerId,
      cause: firing.cause,
      scheduled_for: firing.scheduledFor,
      cluster_id: firing.clusterId,
      run_id: firing.runId,
      task_id: firing.taskId,
      num_clusters: firing.numClusters,
      num_documents: firing.numDocuments,
      error: firing.error,
    },
  });
