/** Clusters at another level of a run's kept tree. */
import { z } from "@hono/zod-openapi";
import { MAX_ROWS } from "./artifact";
import { IDS } from "./cluster-examples";
import { JsonObject, Warning } from "./common";

const Positive = z.number().positive();

export const CutBody = z
  .object({
    n_clusters: z.int().min(1).nullish().openapi({ description: "Agglomerative: how many clusters the cut leaves." }),
    distance_threshold: Positive.nullish().openapi({
      description: "Agglomerative: merges at this distance or above are undone.",
    }),
    cluster_selection_epsilon: z.number().min(0).nullish().openapi({
      description: "HDBSCAN: clusters that split below this distance are kept whole.",
    }),
    cluster_selection_method: z.enum(["eom", "leaf"]).nullish().openapi({ description: "HDBSCAN." }),
    min_cluster_size: z.int().min(2).nullish().openapi({
      description: "HDBSCAN: at least the run's own. Core distances stay those of the run.",
    }),
    resolution: Positive.nullish().openapi({
      description: "Leiden: communities of the kept graph at this resolution.",
    }),
    include_members: z.boolean().default(false),
    cluster_ids: z.array(z.string().min(1)).max(1000).nullish().openapi({
      description: "Members of these clusters of the cut only; `-1` is noise.",
    }),
    limit: z.int().min(1).max(MAX_ROWS).nullish().openapi({ description: "Member rows of a page; 1,000 if left out." }),
    offset: z.int().min(0).default(0),
    cursor: z.string().nullish(),
  })
  .openapi("CutExecutionRequest");

export const CUT_EXAMPLE = { n_clusters: 3, include_members: true, limit: 1 };

export const CutResponse = z
  .object({
    cluster_id: z.string(),
    run_id: z.string(),
    algorithm: z.string(),
    num_clusters: z.int().min(0),
    clusters: z
      .array(z.object({ cluster_id: z.string(), num_members: z.int().min(1) }))
      .openapi({ description: "Numbered by size within this cut: other ids than the run's." }),
    noise_points: z.int().min(0).openapi({ description: "Members that are in no cluster of the cut." }),
    members: z.array(
      z.looseObject({
        document_id: z.string(),
        collection_id: z.string(),
        cluster_id: z.string(),
        cluster_label: z.string(),
        distance_to_centroid: z.null().openapi({ description: "A cut computes no centroids." }),
        coordinates: z.array(z.number()),
        metadata: JsonObject,
      }),
    ),
    total_members: z.int().min(0).openapi({ description: "Members that the pages hold, after `cluster_ids`." }),
    next_cursor: z.string().nullable(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("CutExecutionResponse");

export const CUT_ANSWER_EXAMPLE = {
  cluster_id: IDS.clusterId,
  run_id: IDS.runId,
  algorithm: "agglomerative",
  num_clusters: 3,
  clusters: [
    { cluster_id: "cl_0", num_members: 912 },
    { cluster_id: "cl_1", num_members: 531 },
    { cluster_id: "cl_2", num_members: 354 },
  ],
  noise_points: 0,
  members: [
    {
      document_id: "doc_1",
      point_id: "doc_1",
      collection_id: "col_digits",
      cluster_id: "cl_1",
      cluster_label: "cl_1",
      distance_to_centroid: null,
      coordinates: [0.31, -1.2],
      x: 0.31,
      y: -1.2,
      z: null,
      probability: null,
      outlier_score: null,
      metadata: {},
    },
  ],
  total_members: 1797,
  next_cursor: "MS4xMjM0NTY3ODkwYWJjZGVm",
};
