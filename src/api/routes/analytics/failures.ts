import { z } from "@hono/zod-openapi";
import { failuresSince } from "../../../db/run-history";
import { services } from "../../context";
import { operation } from "../../operation";
import { ClusterPath } from "../../schemas/cluster-request";
import { Timestamp } from "../../schemas/common";
import { requireCluster } from "../clusters/find";
import { Hours, Limit, lastHours, RANGE_EXAMPLE, TimeRange } from "./range";

const FailuresResponse = z
  .object({
    cluster_id: z.string(),
    time_range: TimeRange,
    failures: z.array(
      z.object({
        timestamp: Timestamp,
        execution_id: z.string(),
        error_message: z.string(),
        error_type: z.string().openapi({ description: "The error's code." }),
      }),
    ),
    total_failures: z.int(),
  })
  .openapi("ClusterFailuresResponse");

export const failuresOperation = operation(
  {
    id: "cluster_failures",
    method: "get",
    path: "/v1/analytics/clusters/{cluster_identifier}/failures",
    tag: "Analytics",
    summary: "Why a cluster's runs failed",
    description: "Newest first. Cancelled runs are none of them; `total_failures` counts those past the limit too.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    query: z.object({ hours: Hours, limit: Limit }),
    answer: {
      description: "The failures.",
      schema: FailuresResponse,
      example: {
        cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
        time_range: RANGE_EXAMPLE,
        failures: [
          {
            timestamp: "2026-11-21T13:20:40.122000Z",
            execution_id: "run_mi8l2k4q0d7v1c9x5z3b",
            error_message: "Clustering needs at least 2 documents; the filter matches 1.",
            error_type: "too_few_documents",
          },
        ],
        total_failures: 1,
      },
    },
  },
  async (c, { params, query }) => {
    const { id } = await requireCluster(c, params.cluster_identifier);
    const range = lastHours(query.hours);
    const wanted = { namespaceId: c.var.namespace.id, clusterId: id, since: range.start, limit: query.limit };
    const { runs, total } = await failuresSince(services(c).db, wanted);
    return {
      cluster_id: id,
      time_range: range,
      failures: runs.map((run) => ({
        timestamp: run.completedAt ?? run.createdAt,
        execution_id: run.runId,
        error_message: run.errorMessage ?? "The run failed.",
        error_type: run.errorCode ?? "internal_error",
      })),
      total_failures: total,
    };
  },
);
