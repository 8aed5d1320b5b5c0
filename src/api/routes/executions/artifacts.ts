import { operation } from "../../operation";
import { ArtifactsQuery, ArtifactsResponse, artifactsRequest, TABLE_MEDIA } from "../../schemas/artifact";
import { ARTIFACTS_EXAMPLE } from "../../schemas/cluster-examples";
import { ExecutionPath } from "../../schemas/execution";
import { findRun } from "./find";
import { answerTables } from "./tables";

export const executionArtifactsOperation = operation(
  {
    id: "get_execution_artifacts",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}/artifacts",
    tag: "Executions",
    summary: "Read the artifacts of a run",
    description:
      "Centroids and members with the map's coordinates. As Arrow, Parquet or NDJSON the answer is one table: members where " +
      "`include_members` is set, else centroids; the next page's cursor is in the X-Next-Cursor header.",
    access: { scope: "read", namespaced: true },
    params: ExecutionPath,
    query: ArtifactsQuery,
    answer: { description: "The rows.", schema: ArtifactsResponse, example: ARTIFACTS_EXAMPLE, media: TABLE_MEDIA },
    errors: [409],
  },
  async (c, { params, query, warnings }) =>
    answerTables(c, (await findRun(c, params)).execution, artifactsRequest(query), warnings),
);
