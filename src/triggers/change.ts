/** Triggers made and changed, as both families of the API do it. */
import { insertFiring, newFiring } from "../db/firings";
import type { TaskDoc } from "../db/tasks";
import { timestamp } from "../db/time";
import { findTrigger, insertTrigger, type TriggerChange, type TriggerRow, updateTrigger } from "../db/triggers";
import { readDefinition } from "../domain/definition/adapters";
import type { Warning } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import { newId } from "../domain/ids";
import type { Loc } from "../domain/issues";
import { readSchedule, type Schedule, type TriggerType } from "../domain/schedules/config";
import { firstDue, resumedDue } from "../domain/schedules/next";
import type { Env } from "../env";
import { announce } from "../events/announce";
import type { EventType } from "../events/contract";
import { planes } from "../planes";
import { storeCluster } from "../runs/define";
import { type Action, collectionId } from "./actions";
import { BLANK } from "./auto";
import { carryOut, partsOf } from "./fire";

const SCHEDULE: Loc = ["body", "schedule_config"];

export interface NewTrigger {
  triggerType: TriggerType;
  scheduleConfig: unknown;
  description: string | null;
  status: "active" | "paused";
  createdBy: string;
}

/** Reads the schedule; a collection that it names is kept by id. Conditions are measured on a cluster's runs. */
async function scheduleOf(env: Env, namespaceId: string, type: TriggerType, config: unknown) {
  const read = readSchedule(type, config, SCHEDULE);
  if (read.schedule.type !== "event" || !read.schedule.collection_id) return read;
  const id = await collectionId(planes(env).db, namespaceId, read.schedule.collection_id);
  return { ...read, schedule: { ...read.schedule, collection_id: id } };
}

/**
 * @throws ShoalError `validation_failed`, `trigger_limit_reached`, and what reading the action or the definition refuses
 */
export async function createTrigger(
  env: Env,
  namespaceId: string,
  given: NewTrigger,
  readAction: () => Promise<Action & { executionConfig?: Record<string, unknown> }>,
): Promise<{ trigger: TriggerRow; warnings: Warning[] }> {
  const { schedule, warnings } = await scheduleOf(env, namespaceId, given.triggerType, given.scheduleConfig);
  const action = await readAction();
  if (schedule.type === "conditional" && action.actionType !== "cluster") {
    throw new ShoalError(
      "action_not_available",
      "A condition is measured on a cluster's runs; use action_type cluster.",
      {
        field: "action_type",
        value: action.actionType,
        available: ["cluster"],
      },
    );
  }
  const at = Date.now();
  const { triggerType, description, status, createdBy } = given;
  const trigger = await insertTrigger(planes(env).db, {
    ...BLANK,
    id: newId("trig"),
    namespaceId,
    origin: "user",
    actionType: action.actionType,
    actionConfig: action.actionConfig,
    resourceId: action.resourceId,
    executionConfig: action.executionConfig ?? null,
    triggerType,
    schedule,
    status,
    description,
    createdBy,
    nextAt: status === "active" ? firstDue(schedule, at) : null,
    createdAt: timestamp(at),
    updatedAt: timestamp(at),
  });
  await tell(env, trigger, "trigger.created");
  return { trigger, warnings: [...warnings, ...action.warnings] };
}

/** A definition that comes with the trigger is stored as a cluster of its own, like that of an ad-hoc run. */
export async function ownCluster(
  env: Env,
  namespaceId: string,
  executionConfig: { collection_ids: string[]; config: Record<string, unknown> },
): Promise<Action & { executionConfig: Record<string, unknown> }> {
  const draft = readDefinition(executionConfig);
  const { id, warnings } = await storeCluster(planes(env).db, namespaceId, draft);
  return { actionType: "cluster", actionConfig: { cluster_id: id }, resourceId: id, warnings, executionConfig };
}

export interface Patch {
  schedule_config?: unknown;
  description?: string | null | undefined;
  status?: string | null | undefined;
}

/** Changes what the patch names; a new schedule begins now. */
export async function patchTrigger(
  env: Env,
  trigger: TriggerRow,
  patch: Patch,
): Promise<{ trigger: TriggerRow; warnings: Warning[] }> {
  const change: TriggerChange = {};
  let warnings: Warning[] = [];
  let { schedule } = trigger;
  if (patch.schedule_config !== undefined && patch.schedule_config !== null) {
    ({ schedule, warnings } = await scheduleOf(env, trigger.namespaceId, trigger.triggerType, patch.schedule_config));
    change.schedule = { ...schedule };
  }
  if (typeof patch.description === "string") change.description = patch.description;
  const status = patch.status === "active" || patch.status === "paused" ? patch.status : trigger.status;
  if (status !== trigger.status) Object.assign(change, statusChange(schedule, status as "active" | "paused"));
  else if (change.schedule && status === "active") change.nextAt = firstDue(schedule, Date.now());
  const updated = await written(env, trigger, change);
  await tell(env, updated, "trigger.updated");
  return { trigger: updated, warnings };
}

/** What a pause or a resumption writes. A trigger that had failed begins to count anew. */
const statusChange = (schedule: Schedule, status: "active" | "paused"): TriggerChange =>
  status === "paused"
    ? { status, nextAt: null }
    : { status, nextAt: resumedDue(schedule, Date.now()), consecutiveFailures: 0, eventCounter: 0 };

export async function pauseTrigger(env: Env, trigger: TriggerRow): Promise<TriggerRow> {
  if (trigger.status === "paused") return trigger;
  const paused = await written(env, trigger, statusChange(trigger.schedule, "paused"));
  await tell(env, paused, "trigger.paused");
  return paused;
}

/** The next time is reckoned from now: what was missed in the pause is not made up for. */
export async function resumeTrigger(env: Env, trigger: TriggerRow): Promise<TriggerRow> {
  if (trigger.status === "active") return trigger;
  const resumed = await written(env, trigger, statusChange(trigger.schedule, "active"));
  await tell(env, resumed, "trigger.resumed");
  return resumed;
}

/** It stays as `disabled`, with its history. */
export async function deleteTrigger(env: Env, trigger: TriggerRow): Promise<void> {
  const gone = await updateTrigger(planes(env).db, trigger, { status: "disabled", nextAt: null });
  if (gone) await tell(env, gone, "trigger.deleted");
}

async function written(env: Env, trigger: TriggerRow, change: TriggerChange): Promise<TriggerRow> {
  const changed = await updateTrigger(planes(env).db, trigger, change);
  if (changed) return changed;
  throw disabled(trigger.id);
}

const disabled = (id: string): ShoalError =>
  new ShoalError("trigger_disabled", `The trigger ${id} was deleted; it cannot be changed or run.`, {
    resource: "trigger",
    id,
    status: "disabled",
  });

/**
 * Fires now, whatever the schedule says, and answers the task. A collection's trigger starts a run of each of its clusters
 * and answers the first task, with all of them in `additional_data.task_ids`.
 *
 * @throws ShoalError why no run was started; the history has it too
 */
export async function fireNow(env: Env, trigger: TriggerRow): Promise<TaskDoc> {
  if (trigger.status === "disabled") throw disabled(trigger.id);
  const { db } = planes(env);
  const now = Date.now();
  const context = { env, db, now };
  const whole = newFiring(trigger, { scheduledFor: `manual ${newId("job", now)}`, cause: "manual", now });
  const parts = await partsOf(context, whole, trigger);
  const tasks: TaskDoc[] = [];
  let refusal: unknown = null;
  for (const firing of parts.length > 0 ? parts : [whole]) {
    await insertFiring(db, firing, { lastTriggeredAt: timestamp(now) }, null);
    await carryOut(context, firing, trigger).then(
      (task) => tasks.push(task),
      (error: unknown) => {
        refusal ??= error;
      },
    );
  }
  const [first] = tasks;
  if (!first) throw refusal;
  const ids = { trigger_id: trigger.id, ...(parts.length > 0 && { task_ids: tasks.map(({ task_id }) => task_id) }) };
  return { ...first, additional_data: { ...first.additional_data, ...ids } };
}

/** @throws ShoalError `trigger_not_found`, also for a cluster application's, which nobody made */
export async function requireTrigger(
  env: Env,
  namespaceId: string,
  id: string,
  isWanted: (trigger: TriggerRow) => boolean,
): Promise<TriggerRow> {
  const trigger = await findTrigger(planes(env).db, namespaceId, id);
  if (trigger?.origin === "user" && isWanted(trigger)) return trigger;
  throw new ShoalError("trigger_not_found", `There is no trigger "${id}" in this namespace.`, {
    resource: "trigger",
    id,
  });
}

const tell = (env: Env, trigger: TriggerRow, type: EventType): Promise<void> =>
  announce(env, planes(env).db, {
    type,
    namespaceId: trigger.namespaceId,
    subject: { type: "trigger", id: trigger.id },
    metadata: {
      trigger_id: trigger.id,
      trigger_type: trigger.triggerType,
      action_type: trigger.actionType,
      action_config: trigger.actionConfig,
      status: trigger.status,
    },
  });
