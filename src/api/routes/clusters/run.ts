/** What an HTTP request adds to a run: what its body changes, and waiting for the end. */
import type { z } from "@hono/zod-openapi";
import { findTask } from "../../../db/tasks";
import { parseFilter } from "../../../domain/filters/parse";
import type { RunSpec } from "../../../domain/run/types";
import type { Overrides } from "../../../runs/start";
import { type AppContext, services } from "../../context";
import type { ExecuteBody } from "../../schemas/cluster-request";
import type { TaskResponse } from "../../schemas/task";

/** Longest synchronous wait: an HTTP request should end within 30 s. */
export const MAX_WAIT_SECONDS = 25;

export function overridesOf({ sample_size, filters, random_state }: z.output<typeof ExecuteBody>): Overrides {
  return {
    ...(sample_size && { sample_size }),
    ...(filters && { filters: parseFilter(filters) }),
    ...(typeof random_state === "number" && { random_state }),
  };
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
