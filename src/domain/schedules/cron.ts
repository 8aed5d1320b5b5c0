/** Five-field cron expressions in an IANA time zone, by croner. */
import { Cron } from "croner";

/** What is wrong with the expression, or null. */
export function cronProblem(expression: string): string | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return `must have 5 fields (minute hour day month weekday), has ${fields.length}`;
  try {
    return cron(expression, "UTC").nextRun(new Date(0)) ? null : "never comes true";
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return `is no cron expression (${reason})`;
  }
}

/** What is wrong with the name of the zone, or null. */
export function timezoneProblem(timezone: string): string | null {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return null;
  } catch {
    return "is not an IANA time zone such as Europe/Berlin";
  }
}

/**
 * The first instant after `after` that the expression names, or null when there is none. A local time that the clocks
 * skip is taken at the next valid instant; one that they repeat is taken once.
 *
 * @param after milliseconds since the epoch
 */
export function nextCron(expression: string, timezone: string, after: number): number | null {
  return cron(expression, timezone).nextRun(new Date(after))?.getTime() ?? null;
}

const cron = (expression: string, timezone: string): Cron =>
  new Cron(expression.trim(), { timezone, mode: "5-part", paused: true });
