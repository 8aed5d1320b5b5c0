/** An event of a run as its stream tells it: the `data` of a server-sent event. */
import { z } from "@hono/zod-openapi";
import { timestamp } from "../../db/time";
import type { RunEvent } from "../../domain/run/types";
import { Timestamp } from "./common";
import { RUN_STATUSES } from "./execution";

export const RunEventData = z
  .object({
    seq: z.int().openapi({ description: "Counts up; the event's `id`." }),
    at: Timestamp,
    type: z.enum(["planned", "progress", "stage", "completed", "failed", "canceled"]),
    status: z.enum(RUN_STATUSES),
    stage: z.string().nullable(),
    round: z.int(),
    done: z.number().openapi({ description: "Units of the stage's work; only their share of `total` has a meaning." }),
    total: z.number(),
    fraction: z.number().min(0).max(1).openapi({ description: "Share of the whole run that is done." }),
    objective: z.number().nullable().openapi({ description: "What the method minimises, where it does: inertia." }),
    eta_ms: z.number().nullable(),
    message: z.string().nullable(),
  })
  .openapi("RunEvent");

export function renderEvent({ at, etaMs, message, ...event }: RunEvent): z.input<typeof RunEventData> {
  return { ...event, at: timestamp(at), eta_ms: etaMs, message };
}
