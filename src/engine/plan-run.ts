/** What a run would do, before it is paid for. */
import { collectionStore } from "../documents/client";
import type { Plan, RunSpec } from "../domain/run/types";
import type { Env } from "../env";
import { plan } from "./planner";
import { currentShape } from "./stores";

/** Plans with the rows as they are now. Throws `too_few_documents`, `job_too_large`. */
export async function planRun(env: Pick<Env, "COLLECTIONS">, spec: RunSpec): Promise<Plan> {
  const shape = await currentShape(spec, (collectionId) => collectionStore(env, spec.namespaceId, collectionId));
  return plan(spec, shape);
}
