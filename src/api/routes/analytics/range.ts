import { z } from "@hono/zod-openapi";
import { timestamp } from "../../../db/time";
import { Timestamp } from "../../schemas/common";

const HOUR_MS = 3_600_000;
const MAX_HOURS = 720;

export const Hours = z.coerce.number().int().min(1).max(MAX_HOURS).default(168).openapi({
  type: "integer",
  description: "How far back, by the runs' creation.",
});
export const Limit = z.coerce.number().int().min(1).max(1000).default(100).openapi({ type: "integer" });

export const TimeRange = z.object({ start: Timestamp, end: Timestamp }).openapi("TimeRange");

export function lastHours(hours: number, now = Date.now()): z.infer<typeof TimeRange> {
  return { start: timestamp(now - hours * HOUR_MS), end: timestamp(now) };
}

export const RANGE_EXAMPLE = { start: "2026-11-14T13:20:40.122000Z", end: "2026-11-21T13:20:40.122000Z" };
