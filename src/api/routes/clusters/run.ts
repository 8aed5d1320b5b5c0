/** From a definition to a run under way. See docs/design/executions-api.md for the order and its reasons. */
import type { z } from "@hono/zod-openapi";
import { runningExecution } from "../../../db/executions";
import { createRun } from "../../../db/runs";
import { findTask } from "../../../db/tasks";
import { timestamp } from "../../../db/time";
import type { ClusterDefinition } from "../../../domain/definition/model";
import { ShoalError, unpackError } from "../../../domain/errors";
import { parseFilter } from "../../../domain/filters/parse";
import { newId } from "../../../domain/ids";
import type { Plan, RunSpec } from "../../../domain/run/types";
import { planRun } from "../../../engine/plan-run";
import { type ResolveContext, resolveRunSpec } from "../../../engine/resolve";
import { type AppContext, services } from "../../context";
import type { ExecuteBody } from "../../schemas/cluster-request";
import type { TaskResponse } from "../../schemas/task";
import { inputCollections } from "./collections";
import { endAbandoned, recordUnstarted } from "./unstarted";

/** What a run needs of a cluster. */
export interface Runnable {
  id: string;
  namespaceId: string;
  definition: ClusterDefinition;
}

/** What one run does differently from its definition; a key that is absent leaves the definition's value. */
export type Overrides = ResolveContext["overrides"];

/** Longest synchronous wait: an HTTP request should end within 30 s. */
export const MAX_WAIT_SECONDS = 25;

export function overridesOf({ sample_size, filters, random_state }: z.output<typeof ExecuteBody>): Overrides {
  return {
    ...(sample_size && { sample_size }),
    ...(filters && { filters: parseFilter(filters) }),
    ...(typeof random_state === "number" && { random_state }),
  };
}

/** Resolves and plans; writes nothing. Whatever cannot run is refused here. */
export async function prepareRun(
  c: AppContext,
  cluster: Runnable,
  overrides: Overrides,
): Promise<{ spec: RunSpec; plan: Plan }> {
  const collections = await inputCollections(c, cluster.definition.collection_ids);
  const ids = {
    runId: newId("run"),
    clusterId: cluster.id,
    namespaceId: cluster.namespaceId,
    taskId: newId("task"),
    createdAt: timestamp(),
  };
  const spec = resolveRunSpec(cluster.definition, { ids, collections, overrides });
  const plan = await planRun(c.env, spec).catch((error: unknown) => {
    throw unpackError(error);
  });
  return { spec, plan };
}

/** Writes the run and starts its coordinator. */
export async function startRun(c: AppContext, spec: RunSpec): Promise<TaskResponse> {
  const task = await writeRun(c, spec);
  try {
    await services(c).run(spec.runId).start(spec);
  } catch (error) {
    await recordUnstarted(c, spec, error);
    throw error;
  }
  return task as TaskResponse;
}

async function writeRun(c: AppContext, spec: RunSpec) {
  const { db } = services(c);
  const collectionIds = spec.collections.map(({ collectionId }) => collectionId);
  const run = { ...spec, inputs: [{ cluster_id: spec.clusterId, collection_ids: collectionIds }] };
  try {
    return (await createRun(db, run)).task;
  } catch (error) {
    if (!(error instanceof ShoalError) || error.code !== "run_in_progress") throw error;
    const running = await runningExecution(db, spec.namespaceId, spec.clusterId);
    if (!running || !(await endAbandoned(c, running))) throw error;
    return (await createRun(db, run)).task;
  }
}

/** Waits for the run's end, `seconds` at most, and answers its task as it is then. */
export async function waitForTask(
  c: AppContext,
  task: TaskResponse,
  spec: RunSpec,
  seconds: number,
): Promise<TaskResponse> {
  if (seconds <= 0) return task;
  const { db, run } = services(c);
  await run(spec.runId).wait(seconds * 1000);
  const found = await findTask(db, task.task_id, [spec.namespaceId]);
  return (found?.doc as TaskResponse | undefined) ?? task;
}
