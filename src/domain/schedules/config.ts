/** `schedule_config` of the four kinds of trigger: what may be said, within which bounds, and what is meant when nothing is. */
import { z } from "zod";
import type { Warning } from "../definition/model";
import { isObject, type Loc, parseAt, unknownFields, validationError } from "../issues";
import { cronProblem, timezoneProblem } from "./cron";
import { expressionProblem } from "./expression";
import { MEASURED } from "./measured";

export const TRIGGER_TYPES = ["cron", "interval", "event", "conditional"] as const;
export type TriggerType = (typeof TRIGGER_TYPES)[number];

export const EVENT_KINDS = ["documents_added", "documents_updated", "batch_completed"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Seconds: the shortest interval of a schedule or of a condition's checks, and the longest of any. */
export const MIN_INTERVAL = 300;
const MAX_INTERVAL = 366 * 86_400;
export const DEFAULT_COOLDOWN = 300;

const seconds = (min: number) => z.int().min(min).max(MAX_INTERVAL);
const problem = (check: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const message = check(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  });

export const CronConfig = z.object({
  cron_expression: problem(cronProblem),
  timezone: problem(timezoneProblem).default("UTC"),
});
export const IntervalConfig = z.object({
  interval_seconds: seconds(MIN_INTERVAL),
  start_immediately: z.boolean().default(false),
});
export const EventConfig = z.object({
  event_type: z.enum(EVENT_KINDS),
  event_threshold: z.int().min(1).max(1_000_000_000).default(1),
  collection_id: z.string().min(1).nullish(),
  cooldown_seconds: seconds(0).default(DEFAULT_COOLDOWN),
});

const checked = {
  check_interval_seconds: seconds(MIN_INTERVAL).default(3600),
  cooldown_seconds: seconds(0).default(DEFAULT_COOLDOWN),
};
const Drift = z.object({
  condition_type: z.literal("drift"),
  metric: z.enum(["embedding_drift", "cosine_drift"]).default("embedding_drift"),
  threshold: z.number().gt(0).max(1),
  ...checked,
});
const Volume = z.object({
  condition_type: z.literal("volume"),
  metric: z.enum(["documents_added", "added_share"]).default("documents_added"),
  threshold: z.number().gt(0).max(1_000_000_000),
  ...checked,
});
const Quality = z.object({
  condition_type: z.literal("quality"),
  metric: z.enum(["silhouette", "noise_fraction"]).default("silhouette"),
  threshold: z.number().min(-1).max(1),
  ...checked,
});
const Custom = z.object({
  condition_type: z.literal("custom"),
  expression: problem((text) => expressionProblem(text, MEASURED)),
  ...checked,
});
const CONDITIONS = { drift: Drift, volume: Volume, quality: Quality, custom: Custom };
const ConditionType = z.object({ condition_type: z.enum(["drift", "volume", "quality", "custom"]) });

export type CronSchedule = { type: "cron" } & z.output<typeof CronConfig>;
export type IntervalSchedule = { type: "interval" } & z.output<typeof IntervalConfig>;
export type EventSchedule = { type: "event" } & z.output<typeof EventConfig>;
export type ConditionalSchedule = { type: "conditional" } & (
  | z.output<typeof Drift>
  | z.output<typeof Volume>
  | z.output<typeof Quality>
  | z.output<typeof Custom>
);
export type Schedule = CronSchedule | IntervalSchedule | EventSchedule | ConditionalSchedule;

/**
 * Reads a `schedule_config` and fills its defaults in. Keys that the type does not know become warnings.
 *
 * @throws ShoalError `validation_failed`, naming field, value and limit
 */
export function readSchedule(type: TriggerType, input: unknown, loc: Loc): { schedule: Schedule; warnings: Warning[] } {
  if (!isObject(input)) throw validationError([{ loc, msg: "must be a JSON object", type: "object_type" }]);
  const schema = schemaOf(type, input, loc);
  const schedule = { type, ...parseAt(schema, input, loc) } as Schedule;
  return { schedule, warnings: unknownFields(schema, input, loc) };
}

function schemaOf(type: TriggerType, input: Record<string, unknown>, loc: Loc) {
  if (type === "cron") return CronConfig;
  if (type === "interval") return IntervalConfig;
  if (type === "event") return EventConfig;
  return CONDITIONS[parseAt(ConditionType, input, loc).condition_type];
}

/** The schedule as it is stored and answered: the type stands beside it. */
export const configOf = ({ type: _, ...config }: Schedule): Record<string, unknown> => config;
