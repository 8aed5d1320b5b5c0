/** Enrichment requests in both published forms, and their one answer. */
import { z } from "@hono/zod-openapi";
import { Warning } from "./common";
import { queryBoolean } from "./list";

const Identifier = z.string().min(1).max(256);

export const EnrichQuery = z.object({
  async: queryBoolean(false).openapi({ description: "Answer a task at once instead of the counts." }),
});

const Fields = z
  .array(z.string().min(1))
  .min(1)
  .max(50)
  .nullish()
  .openapi({
    description:
      "Facts of the cluster: cluster_id, label, summary, keywords, distance_to_centroid, member_count, x, y, z, probability, " +
      "outlier_score, parent_cluster_id, metadata.*. Each is written under its name, with `cluster_` before it unless it " +
      "says so itself. Without `fields`, the cluster's `source_enrichment_config` or cluster_id, cluster_label and " +
      "distance_to_centroid.",
  });

const batch = {
  batch_size: z.int().min(1).default(1000).openapi({ description: "Documents written at once; at most 10,000." }),
  parallelism: z.int().min(1).default(1).openapi({ description: "Batches under way at once; at most 4." }),
};

export const EnrichClusterBody = z
  .object({
    run_id: z.string().nullish().openapi({ description: "The last completed run unless given." }),
    source_collection_id: Identifier.nullish(),
    target_collection_id: Identifier.nullish(),
    fields: Fields,
    ...batch,
  })
  .openapi("EnrichClusterRequest");

export const ApplyEnrichmentBody = z
  .object({
    clustering_ids: z
      .array(Identifier)
      .min(1)
      .max(10)
      .nullish()
      .openapi({ description: "Run ids, or clusters by id or name for their last completed run." }),
    clustering_id: Identifier.nullish().openapi({ description: "The same as a list of one." }),
    source_collection_id: Identifier,
    target_collection_id: Identifier.nullish().openapi({
      description:
        "Copies go to this collection, which is made like the source where there is none; in place without it.",
    }),
    fields: Fields,
    ...batch,
  })
  .refine(({ clustering_ids, clustering_id }) => Boolean(clustering_ids ?? clustering_id), {
    path: ["clustering_ids"],
    error: "is required",
  })
  .openapi("ApplyClusterEnrichmentRequest");

export const EnrichmentResponse = z
  .object({
    processed: z.int().openapi({ description: "Assignments read: one a document and run." }),
    enriched: z.int(),
    failed: z.int().openapi({ description: "Documents that are gone since, or whose payload would be too large." }),
    noise: z.int().openapi({ description: "Of those processed: written with the cluster id -1." }),
    batches: z.int(),
    run_ids: z.array(z.string()),
    target_collection_id: z.string().nullable(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("ClusteringEnrichmentResponse");

export const ENRICHMENT_EXAMPLE = {
  processed: 1797,
  enriched: 1797,
  failed: 0,
  noise: 12,
  batches: 2,
  run_ids: ["run_mi8l2k4q0d7v1c9x5z3b"],
  target_collection_id: null,
};
