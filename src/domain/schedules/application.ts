/** A cluster that is applied to a collection: run after its batches. */
import { z } from "zod";

export const ClusterApplication = z.object({
  cluster_id: z.string().min(1),
  auto_execute_on_batch: z.boolean().default(true),
  min_document_threshold: z.int().min(1).nullish(),
  cooldown_seconds: z
    .int()
    .min(0)
    .max(366 * 86_400)
    .default(3600),
  execution_phase: z.int().min(1).max(3).default(2),
  priority: z.int().min(0).max(1000).default(0),
});
export type ClusterApplication = z.output<typeof ClusterApplication>;

/** The applications of a collection, the highest priority first; what is not one is passed over. */
export function applicationsOf(stored: unknown): ClusterApplication[] {
  if (!Array.isArray(stored)) return [];
  const read = stored.flatMap((one) => ClusterApplication.safeParse(one).data ?? []);
  return read.sort((a, b) => b.priority - a.priority);
}
