/** When a run only has to name clusters anew: the last completed run clustered the same documents in the same way. */
import { latestCompleted } from "../db/executions";
import { collectionStore } from "../documents/client";
import type { Revision } from "../documents/contract";
import { clustersAlike, type RunManifest, readsPayloads, reusedRun, sortedJson } from "../domain/run/reuse";
import type { RunSpec } from "../domain/run/types";
import type { Env } from "../env";
import { planes } from "../planes";

export type Reuse = { spec: RunSpec } | { reason: string };

/**
 * The spec of a run that takes over the last completed run's clustering, or why there is none.
 *
 * @param resolve the run's spec with the seeds that a run of the given id would draw: what the definition leaves to chance
 *   is no difference
 * @param wish true: although the labelling is the same; null: only where it has changed
 */
export async function reuseLast(
  env: Env,
  spec: RunSpec,
  resolve: (runId: string) => RunSpec,
  wish: true | null,
): Promise<Reuse> {
  const { db, objects } = planes(env);
  const last = await latestCompleted(db, spec.namespaceId, spec.clusterId);
  if (!last?.artifacts) return { reason: "no run has completed yet" };
  const bytes = await objects.get(last.artifacts.manifest);
  if (!bytes) return { reason: `run ${last.id} has no manifest` };
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as RunManifest;
  if (!manifest.collections) return { reason: `run ${last.id} did not note the state of its collections` };
  const same = resolve(last.id);
  if (!clustersAlike(same, manifest.spec)) return { reason: `the definition is not that of run ${last.id}` };
  if (wish === null && sortedJson(same.labeling) === sortedJson(manifest.spec.labeling))
    return { reason: "the labelling has not changed" };
  const changed = await changedCollection(env, same, manifest.collections);
  if (changed) return { reason: `collection ${changed} has changed since run ${last.id}` };
  const { runId, taskId, createdAt } = spec;
  const note = {
    loc: ["llm_labeling"],
    msg: `only the names are made anew: definition and documents are those of run ${last.id}, whose clusters are kept; {"recluster": true} clusters again`,
  };
  const warnings = [...spec.warnings, note];
  return { spec: { ...same, runId, taskId, createdAt, warnings, reuse: reusedRun(last.id, last.artifacts, manifest) } };
}

async function changedCollection(
  env: Env,
  spec: RunSpec,
  known: NonNullable<RunManifest["collections"]>,
): Promise<string | null> {
  for (const [i, { collectionId }] of spec.collections.entries()) {
    const now: Revision = await collectionStore(env, spec.namespaceId, collectionId).revision();
    const then = known[i]?.revision;
    const isSame = then && now.vectors === then.vectors && (!readsPayloads(spec) || now.payloads === then.payloads);
    if (!isSame) return collectionId;
  }
  return null;
}
