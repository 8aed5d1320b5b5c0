/** Times that have come: each is taken by one tick, however many see it, and becomes one job. */
import { claimDue, newFiring } from "../db/firings";
import { timestamp } from "../db/time";
import { dueTriggers, forgetOldFirings, type TriggerRow } from "../db/triggers";
import { nextDue } from "../domain/schedules/next";
import type { Env } from "../env";
import type { NewJob } from "../jobs/contract";
import { wake } from "../jobs/enqueue";
import { planes } from "../planes";
import { fireJob } from "./fire-job";

/** Triggers taken by one tick; what is left is taken by the next. */
const AT_ONCE = 500;

/** Called by the cron. */
export async function sweepTriggers(env: Env, now: number): Promise<void> {
  const { db } = planes(env);
  const jobs: string[] = [];
  for (const trigger of await dueTriggers(db, now, AT_ONCE)) {
    try {
      const job = await claim(env, trigger, now);
      if (job) jobs.push(job);
    } catch (error) {
      // It stays due, and must not keep the others waiting.
      console.error(JSON.stringify({ event: "trigger_not_claimed", trigger: trigger.id, reason: String(error) }));
    }
  }
  await wake(env, jobs);
  await forgetOldFirings(db, now);
}

/** Takes the trigger's time if it has come and nobody else has; answers the job to wake. */
export async function claim(env: Env, trigger: TriggerRow, now: number): Promise<string | null> {
  const { nextAt: due, schedule } = trigger;
  if (due === null || due > now) return null;
  const { db } = planes(env);
  const nextAt = nextDue(schedule, due, now);
  if (schedule.type === "conditional") {
    const job = checkJob(trigger, due);
    const change = { lastCheckAt: timestamp(now) };
    return (await claimDue(db, trigger, { firing: null, job, nextAt, change })) ? job.id : null;
  }
  const isEvent = schedule.type === "event";
  const events = isEvent ? trigger.eventCounter : 0;
  const cause = isEvent ? "event" : "schedule";
  const firing = newFiring(trigger, { scheduledFor: timestamp(due), cause, events, now });
  const job = fireJob(firing);
  const change = { lastTriggeredAt: timestamp(now), ...(isEvent && { lastCooldownAt: timestamp(now) }) };
  return (await claimDue(db, trigger, { firing, job, nextAt, change })) ? job.id : null;
}

const checkJob = ({ id, namespaceId }: TriggerRow, due: number): NewJob => ({
  id: `job_check_${id}_${due}`,
  namespaceId,
  kind: "trigger_check",
  state: { triggerId: id, due },
});
