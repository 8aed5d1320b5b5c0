import type { Firing } from "../db/firings";
import type { NewJob } from "../jobs/contract";

/** The job that carries a firing out. */
export const fireJob = ({ id, namespaceId }: Pick<Firing, "id" | "namespaceId">): NewJob => ({
  id: `job_${id}`,
  namespaceId,
  kind: "trigger_fire",
  state: { firingId: id },
});
