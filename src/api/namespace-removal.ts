/**
 * Removing everything of a namespace, in steps that can be repeated and stopped at any point: runs, collections, files,
 * definitions, and at last the namespace's own row, by which the cron finds what was left unfinished.
 */
import { collectionIds, deleteCollection } from "../db/collections";
import { deleteExecution, namespaceRuns } from "../db/executions";
import { deleteDefinitions, deletingNamespaces } from "../db/namespaces";
import { collectionStore } from "../documents/client";
import type { Env } from "../env";
import { keys } from "../objects/keys";
import { mapLimited } from "./concurrency";
import { planes } from "./context";

const PAGE = 50;
const AT_ONCE = 6;

/** Removes what it can until `deadline` (milliseconds since the epoch); answers whether everything is gone. */
export async function removeNamespace(env: Env, namespaceId: string, deadline: number): Promise<boolean> {
  const { db, objects, run } = planes(env);
  const late = () => Date.now() > deadline;

  const drain = async (page: () => Promise<string[]>, remove: (id: string) => Promise<void>): Promise<boolean> => {
    for (;;) {
      const ids = await page();
      if (ids.length === 0) return true;
      await mapLimited(ids, AT_ONCE, remove);
      if (late()) return false;
    }
  };
  const removeRun = async (runId: string) => {
    await run(runId).cancel();
    await run(runId).destroy();
    await deleteExecution(db, namespaceId, runId);
  };
  const removeCollection = async (collectionId: string) => {
    await collectionStore(env, namespaceId, collectionId).destroy();
    await deleteCollection(db, namespaceId, collectionId);
  };
  if (!(await drain(() => namespaceRuns(db, namespaceId, PAGE), removeRun))) return false;
  if (!(await drain(() => collectionIds(db, namespaceId, PAGE), removeCollection))) return false;
  for (const plane of ["documents", "artifacts", "scratch"] as const) {
    for (;;) {
      const { objects: found } = await objects.list(keys.namespace(plane, namespaceId));
      if (found.length === 0) break;
      await objects.delete(found.map(({ key }) => key));
      if (late()) return false;
    }
  }
  await deleteDefinitions(db, namespaceId);
  return true;
}

/** Goes on with the removals that did not finish; called by the cron. */
export async function sweepNamespaces(env: Env, deadline: number): Promise<void> {
  for (const id of await deletingNamespaces(planes(env).db)) {
    if (!(await removeNamespace(env, id, deadline))) return;
  }
}
