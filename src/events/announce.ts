import type { Db } from "../db/connect";
import { timestamp } from "../db/time";
import { newId } from "../domain/ids";
import type { Env } from "../env";
import type { NewJob } from "../jobs/contract";
import { enqueue } from "../jobs/enqueue";
import type { ShoalEvent } from "./contract";

/** The job that tells an event to whoever subscribed: insert it with the change that it tells of (`insertJob`). */
export const eventJob = (event: ShoalEvent): NewJob => ({
  id: event.id,
  namespaceId: event.namespaceId,
  kind: "event",
  state: { event },
});

type Told = Omit<ShoalEvent, "id" | "occurredAt"> & { id?: string };

/** Tells an event after its change was written. */
export const announce = (env: Pick<Env, "JOBS">, db: Db, told: Told): Promise<void> =>
  enqueue(env, db, [eventJob({ ...told, id: told.id ?? newId("evt"), occurredAt: timestamp() })]);
