import { z } from "@hono/zod-openapi";
import { timestamp } from "../../../db/time";
import type { BatchSummary } from "../../../documents/contract";
import { Timestamp, Warning } from "../../schemas/common";

export const BatchResponse = z
  .object({
    batch_id: z.string(),
    status: z.enum(["PROCESSING", "COMPLETED", "COMPLETED_WITH_ERRORS", "FAILED"]),
    received: z.int().openapi({ description: "Rows that were read." }),
    inserted: z.int(),
    updated: z.int().openapi({ description: "Rows whose id was there already." }),
    failed: z.int(),
    errors: z
      .array(
        z.object({
          line: z.int().openapi({ description: "1-based line, element or row of the request." }),
          document_id: z.string().nullable(),
          code: z.string(),
          message: z.string(),
        }),
      )
      .openapi({ description: "The first 1,000 refused rows; `failed` counts all." }),
    warnings: z.array(Warning).optional(),
    created_at: Timestamp,
    completed_at: Timestamp.nullable(),
  })
  .openapi("BatchResponse");

export const renderBatch = (batch: BatchSummary): z.input<typeof BatchResponse> => ({
  ...batch,
  created_at: timestamp(batch.created_at),
  completed_at: batch.completed_at && timestamp(batch.completed_at),
});

export const BATCH_EXAMPLE = {
  batch_id: "batch_mi8l2k4q0d7v1c9x5z3b",
  status: "COMPLETED_WITH_ERRORS" as const,
  received: 1798,
  inserted: 1797,
  updated: 0,
  failed: 1,
  errors: [{ line: 12, document_id: null, code: "invalid_vector", message: "'pixels' must have 64 numbers, not 63" }],
  created_at: "2026-11-21T13:20:40.122000Z",
  completed_at: "2026-11-21T13:20:40.466000Z",
};
