/** When a measured state asks for a new run. */
import type { ConditionalSchedule } from "./config";
import { holds, namesOf, parseExpression } from "./expression";
import { type Measured, type MeasuredName, NEED_SAMPLE } from "./measured";

/** The values that decide the condition. */
export function decidedBy(schedule: ConditionalSchedule): MeasuredName[] {
  if (schedule.condition_type !== "custom") return [schedule.metric];
  return [...new Set(namesOf(parseExpression(schedule.expression)))] as MeasuredName[];
}

export const needsSample = (schedule: ConditionalSchedule): boolean =>
  decidedBy(schedule).some((name) => NEED_SAMPLE.includes(name));

/** Whether the condition is met; a value that could not be measured meets none. Silhouette falls below its threshold, the others rise to it. */
export function isMet(schedule: ConditionalSchedule, measured: Measured): boolean {
  if (schedule.condition_type === "custom") return holds(parseExpression(schedule.expression), measured);
  const value = measured[schedule.metric];
  if (value === null) return false;
  return schedule.metric === "silhouette" ? value < schedule.threshold : value >= schedule.threshold;
}
