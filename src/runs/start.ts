/**
 * From a definition to a run under way, whoever asks for it: a request, a trigger, a batch that came in. See
 * docs/design/executions-api.md for the order and its reasons.
 */

import { runningExecution } from "../db/executions";
import { lastGroupLabels } from "../db/group-labels";
import { createRun } from "../db/runs";
import type { TaskDoc } from "../db/tasks";
import { timestamp } from "../db/time";
import type { ClusterDefinition } from "../domain/definition/model";
import { ShoalError, unpackError } from "../domain/errors";
import { newId } from "../domain/ids";
import { algorithmOf } from "../domain/run/methods";
import type { Plan, RunSpec } from "../domain/run/types";
import { planRun } from "../engine/plan-run";
import { type ResolveContext, resolveRunSpec } from "../engine/resolve";
import type { Env } from "../env";
import { planes } from "../planes";
import { inputCollections } from "./collections";
import { reuseLast } from "./reuse";
import { endAbandoned, recordUnstarted } from "./unstarted";

/** What a run needs of a cluster. */
export interface Runnable {
  id: string;
  namespaceId: string;
  definition: ClusterDefinition;
}

/** What one run does differently from its definition; a key that is absent leaves the definition's value. */
export type Overrides = ResolveContext["overrides"];

/**
 * Resolves and plans; writes nothing. Whatever cannot run is refused here.
 *
 * @param recluster whether documents are clustered even where the last run's clusters could be named anew (true), or clusters are named
 *   anew even where the labelling is what it was (false); null: where it has changed
 */
export async function prepareRun(
  env: Env,
  cluster: Runnable,
  overrides: Overrides,
  recluster: boolean | null = null,
): Promise<{ spec: RunSpec; plan: Plan }> {
  const { id: clusterId, namespaceId, definition } = cluster;
  const collections = await inputCollections(planes(env).db, namespaceId, definition.collection_ids);
  const ids = { runId: newId("run"), clusterId, namespaceId, taskId: newId("task"), createdAt: timestamp() };
  const resolve = (runId: string) => resolveRunSpec(definition, { ids: { ...ids, runId }, collections, overrides });
  const spec = await settled(env, resolve(ids.runId), resolve, recluster);
  const labelled = await lastGroupLabels(planes(env).db, namespaceId, clusterId);
  if (labelled.length > 0) {
    const groups = labelled.map(({ groupId, label, representatives }) => ({ groupId, label, representatives }));
    spec.labelled = { runId: labelled[0]!.runId, groups };
  }
  const plan = await planRun(env, spec).catch((error: unknown) => {
    throw unpackError(error);
  });
  return { spec, plan };
}

/** The spec, or the one that takes over the last run's clusters. */
async function settled(
  env: Env,
  spec: RunSpec,
  resolve: (runId: string) => RunSpec,
  recluster: boolean | null,
): Promise<RunSpec> {
  if (recluster === true) return spec;
  const found = await reuseLast(env, spec, resolve, recluster === false ? true : null);
  if ("spec" in found) return found.spec;
  if (recluster === false)
    spec.warnings.push({ loc: ["body", "recluster"], msg: `false, but ${found.reason}: the documents are clustered` });
  return spec;
}

/**
 * Writes the run and starts its coordinator; answers its task.
 *
 * @throws ShoalError `run_in_progress` while another run of the cluster has not ended
 */
export async function startRun(env: Env, spec: RunSpec): Promise<TaskDoc> {
  const task = await writeRun(env, spec);
  try {
    await planes(env).run(spec.runId).start(spec);
  } catch (error) {
    await recordUnstarted(env, spec, error);
    throw error;
  }
  return task;
}

async function writeRun(env: Env, spec: RunSpec): Promise<TaskDoc> {
  const { db } = planes(env);
  const collectionIds = spec.collections.map(({ collectionId }) => collectionId);
  const algorithm = algorithmOf(spec.method);
  const run = { ...spec, algorithm, inputs: [{ cluster_id: spec.clusterId, collection_ids: collectionIds }] };
  try {
    return (await createRun(db, run)).task;
  } catch (error) {
    if (!(error instanceof ShoalError) || error.code !== "run_in_progress") throw error;
    const running = await runningExecution(db, spec.namespaceId, spec.clusterId);
    if (!running || !(await endAbandoned(env, running))) throw error;
    return (await createRun(db, run)).task;
  }
}
