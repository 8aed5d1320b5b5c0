import { z } from "@hono/zod-openapi";
import { runsSince, runTotals } from "../../../db/run-history";
import { services } from "../../context";
import { operation } from "../../operation";
import { ClusterPath } from "../../schemas/cluster-request";
import { Timestamp } from "../../schemas/common";
import { requireCluster } from "../clusters/find";
import { Hours, Limit, lastHours, RANGE_EXAMPLE, TimeRange } from "./range";

const Run = z.object({
  execution_id: z.string(),
  started_at: Timestamp,
  duration_seconds: z.number().nullable().openapi({ description: "null until it has ended." }),
  num_documents: z.int(),
  num_clusters: z.int(),
  status: z.enum(["pending", "processing", "completed", "failed", "canceled"]),
  algorithm: z.string(),
});

const Summary = z.object({
  total_executions: z.int(),
  completed: z.int(),
  failed: z.int(),
  canceled: z.int(),
  running: z.int(),
  success_rate: z.number().min(0).max(1).nullable().openapi({ description: "Of those that completed or failed." }),
  avg_duration_seconds: z.number().nullable(),
  max_duration_seconds: z.number().nullable(),
  avg_num_clusters: z.number().nullable(),
  total_documents: z.int(),
});

const HistoryResponse = z
  .object({ cluster_id: z.string(), time_range: TimeRange, results: z.array(Run), summary: Summary })
  .openapi("ClusterExecutionHistoryResponse");

export const executionHistoryOperation = operation(
  {
    id: "cluster_execution_history",
    method: "get",
    path: "/v1/analytics/clusters/{cluster_identifier}/execution-history",
    tag: "Analytics",
    summary: "How a cluster's runs went",
    description: "Newest first. The summary is over all runs of the time range, durations over the completed ones.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    query: z.object({ hours: Hours, limit: Limit }),
    answer: {
      description: "The runs and their summary.",
      schema: HistoryResponse,
      example: {
        cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
        time_range: RANGE_EXAMPLE,
        results: [
          {
            execution_id: "run_mi8l2k4q0d7v1c9x5z3b",
            started_at: "2026-11-21T13:20:40.122000Z",
            duration_seconds: 2.41,
            num_documents: 1797,
            num_clusters: 10,
            status: "completed",
            algorithm: "kmeans",
          },
        ],
        summary: {
          total_executions: 1,
          completed: 1,
          failed: 0,
          canceled: 0,
          running: 0,
          success_rate: 1,
          avg_duration_seconds: 2.41,
          max_duration_seconds: 2.41,
          avg_num_clusters: 10,
          total_documents: 1797,
        },
      },
    },
  },
  async (c, { params, query }) => {
    const { db } = services(c);
    const { id, definition } = await requireCluster(c, params.cluster_identifier);
    const namespaceId = c.var.namespace.id;
    const range = lastHours(query.hours);
    const [runs, totals] = await Promise.all([
      runsSince(db, { namespaceId, clusterId: id, since: range.start, limit: query.limit }),
      runTotals(db, namespaceId, id, range.start),
    ]);
    // A run of before its algorithm was kept has the definition's.
    const named = definition.vector_config?.clustering_method ?? "attribute_based";
    const { total, completed, failed, canceled } = totals;
    return {
      cluster_id: id,
      time_range: range,
      results: runs.map((run) => ({
        execution_id: run.runId,
        started_at: run.startedAt ?? run.createdAt,
        duration_seconds: seconds(run.executionMs),
        num_documents: run.numDocuments,
        num_clusters: run.numClusters,
        status: run.canceledAt ? ("canceled" as const) : run.status,
        algorithm: run.algorithm ?? named,
      })),
      summary: {
        total_executions: total,
        completed,
        failed,
        canceled,
        running: total - completed - failed - canceled,
        success_rate: completed + failed === 0 ? null : completed / (completed + failed),
        avg_duration_seconds: seconds(totals.meanMs),
        max_duration_seconds: seconds(totals.longestMs),
        avg_num_clusters: totals.meanClusters,
        total_documents: totals.documents ?? 0,
      },
    };
  },
);

const seconds = (milliseconds: number | null): number | null => (milliseconds === null ? null : milliseconds / 1000);
