/** Schemas that more than one resource speaks. */
import { z } from "@hono/zod-openapi";

export const JsonObject = z.record(z.string(), z.unknown());

export const Timestamp = z.string().openapi({ format: "date-time", example: "2026-11-21T13:20:40.122000Z" });

export const ErrorResponse = z
  .object({
    success: z.literal(false),
    status: z.int().openapi({ description: "The HTTP status, repeated.", example: 404 }),
    error: z.object({
      message: z.string().openapi({ description: "What is wrong, naming field, value and limit." }),
      type: z.string().openapi({ description: "Stable class name.", example: "NotFoundError" }),
      code: z.string().nullable().openapi({ description: "Stable, fine-grained name.", example: "cluster_not_found" }),
      details: JsonObject.nullable(),
    }),
  })
  .openapi("ErrorResponse");

export const ValidationErrorResponse = ErrorResponse.extend({
  detail: z.array(
    z.object({
      loc: z.array(z.union([z.string(), z.int()])).openapi({ example: ["body", "limit"] }),
      msg: z.string(),
      type: z.string(),
    }),
  ),
}).openapi("ValidationErrorResponse");

export const Warning = z
  .object({
    loc: z.array(z.union([z.string(), z.int()])).openapi({ description: "Where in the request." }),
    msg: z.string().openapi({ description: "What was accepted but has no effect, or was done differently." }),
  })
  .openapi("Warning");

export const GenericDeleteResponse = z
  .object({ success: z.boolean(), message: z.string() })
  .openapi("GenericDeleteResponse");

export const DELETED = { success: true, message: "Successfully deleted" };

export const TASK_STATUSES = [
  "PENDING",
  "QUEUED",
  "IN_PROGRESS",
  "PROCESSING",
  "COMPLETED",
  "COMPLETED_WITH_ERRORS",
  "FAILED",
  "CANCELED",
  "INTERRUPTED",
  "UNKNOWN",
  "SKIPPED",
  "DRAFT",
  "ACTIVE",
  "ARCHIVED",
  "SUSPENDED",
] as const;
export const TaskStatus = z.enum(TASK_STATUSES).openapi("TaskStatusEnum");
export type TaskStatus = z.infer<typeof TaskStatus>;
