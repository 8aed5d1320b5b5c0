/** The planes behind every role, for code that runs outside a request. */
import { connect } from "./db/connect";
import { restoringErrors } from "./domain/errors";
import type { RunCoordinatorApi } from "./engine/contract";
import type { Env } from "./env";
import { objectStore } from "./objects/of-role";

export function planes(env: Env) {
  return {
    db: connect(env.DB),
    objects: objectStore(env),
    /** A run's coordinator. Its rejections are `ShoalError`s again. */
    run: (runId: string) => restoringErrors(env.RUNS.getByName(runId) as unknown as RunCoordinatorApi),
  };
}
