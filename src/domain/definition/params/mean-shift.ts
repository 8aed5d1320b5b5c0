import { z } from "zod";
import type { ParameterModel } from "./model";
import { Count, INERT, Positive } from "./options";

export const MeanShiftRequest = z.object({
  /** Null: estimated from the data. */
  bandwidth: Positive.nullable().default(null),
  seeds: z.array(z.array(z.number()).min(1)).min(1).nullable().default(null),
  bin_seeding: z.boolean().default(false),
  min_bin_freq: Count.default(1),
  cluster_all: z.boolean().default(true),
  n_jobs: z.int().nullable().default(1),
  max_iter: Count.default(300),
});

export type MeanShiftParams = Omit<z.output<typeof MeanShiftRequest>, "n_jobs">;

export const meanShift: ParameterModel = { schema: MeanShiftRequest, inert: { n_jobs: INERT.n_jobs } };
