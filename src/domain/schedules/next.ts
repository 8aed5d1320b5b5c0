/** When a schedule is due next. Times are milliseconds since the epoch. */
import type { Schedule } from "./config";
import { nextCron } from "./cron";

/** The first time of a schedule that begins, or begins again, at `now`; null for one that waits for events. */
export function firstDue(schedule: Schedule, now: number): number | null {
  switch (schedule.type) {
    case "cron":
      return nextCron(schedule.cron_expression, schedule.timezone, now);
    case "interval":
      return schedule.start_immediately ? now : now + schedule.interval_seconds * 1000;
    case "conditional":
      return now + schedule.check_interval_seconds * 1000;
    case "event":
      return null;
  }
}

/** A schedule that goes on after a pause: an interval waits its whole length, also one that started at once. */
export const resumedDue = (schedule: Schedule, now: number): number | null =>
  firstDue(schedule.type === "interval" ? { ...schedule, start_immediately: false } : schedule, now);

/**
 * The time after `due`, which was noticed at `now`. Slots that were missed in between are left out: late by several
 * slots, a schedule fires once. An interval keeps its grid.
 */
export function nextDue(schedule: Schedule, due: number, now: number): number | null {
  if (schedule.type === "event") return null;
  if (schedule.type === "cron") return firstDue(schedule, now);
  const step = (schedule.type === "interval" ? schedule.interval_seconds : schedule.check_interval_seconds) * 1000;
  return due + step * (Math.floor(Math.max(0, now - due) / step) + 1);
}
