import { z } from "@hono/zod-openapi";
import { timestamp } from "../../../db/time";
import { measureDrift } from "../../../drift/measure";
import { operation } from "../../operation";
import { ClusterPath } from "../../schemas/cluster-request";
import { Timestamp } from "../../schemas/common";
import { requireCluster } from "./find";

const Share = z.number().openapi({ description: "0 (the same) to 1." });

export const DriftResponse = z
  .object({
    cluster_id: z.string(),
    run_id: z.string().openapi({ description: "The last completed run: the baseline." }),
    measured_at: Timestamp,
    embedding_drift: Share.openapi({ description: "The largest of mean_shift, share_drift and spread_drift: 0 to 1." }),
    cosine_drift: Share.openapi({ description: "1 − cosine of the mean vectors, of the feature that moved most." }),
    mean_shift: Share.openapi({ description: "d / (d + s): how far the mean moved against the baseline's spread." }),
    share_drift: Share.nullable().openapi({
      description: "Total variation between the clusters' shares of the documents.",
    }),
    population_stability_index: z
      .number()
      .nullable()
      .openapi({ description: "Of the same shares; above 0.25 is a shift." }),
    spread_drift: Share.nullable().openapi({ description: "1 − ratio of the mean distances to the nearest centroid." }),
    features: z.array(z.object({ name: z.string(), cosine_drift: z.number(), mean_shift: z.number() })),
    baseline: z.object({ taken_at: Timestamp, documents: z.int(), sample_size: z.int() }),
    current: z.object({ documents: z.int(), sample_size: z.int() }),
  })
  .openapi("DriftResponse");

export const clusterDriftOperation = operation(
  {
    id: "get_cluster_drift",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/drift",
    tag: "Clusters",
    summary: "How far the documents have moved",
    description:
      "Compares a seeded sample of at most 2,000 documents with the one that was taken when the last run completed. What is measured " +
      "on centroids is null where the run has none in the documents' own space (a preparation, learned weights, one clustering a feature).",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    answer: {
      description: "The drift.",
      schema: DriftResponse,
      example: {
        cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
        run_id: "run_mi8l2k4q0d7v1c9x5z3b",
        measured_at: "2026-11-21T13:20:40.122000Z",
        embedding_drift: 0.21,
        cosine_drift: 0.02,
        mean_shift: 0.08,
        share_drift: 0.21,
        population_stability_index: 0.14,
        spread_drift: 0.03,
        features: [{ name: "pixels", cosine_drift: 0.02, mean_shift: 0.08 }],
        baseline: { taken_at: "2026-11-20T13:20:40.122000Z", documents: 1500, sample_size: 1500 },
        current: { documents: 1797, sample_size: 1797 },
      },
    },
    errors: [409, 422],
  },
  async (c, { params }) => {
    const cluster = await requireCluster(c, params.cluster_identifier);
    const { run, baseline, current, drift } = await measureDrift(c.env, {
      ...cluster,
      namespaceId: c.var.namespace.id,
    });
    const { documents, sampleRows } = baseline;
    return {
      cluster_id: cluster.id,
      run_id: run.id,
      measured_at: timestamp(),
      ...drift,
      baseline: { taken_at: timestamp(baseline.taken_at), documents, sample_size: sampleRows },
      current: { documents: current.documents, sample_size: current.sampleRows },
    };
  },
);
