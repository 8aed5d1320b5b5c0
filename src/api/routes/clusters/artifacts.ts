import { operation } from "../../operation";
import { ArtifactsQuery, ArtifactsResponse, artifactsRequest, TABLE_MEDIA } from "../../schemas/artifact";
import { ARTIFACTS_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath } from "../../schemas/cluster-request";
import { answerTables, latestFinished } from "../executions/tables";

export const clusterArtifactsOperation = operation(
  {
    id: "get_cluster_artifacts",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/artifacts",
    tag: "Executions",
    summary: "Read the artifacts of the last completed run",
    description:
      "Centroids and members with the map's coordinates. As Arrow, Parquet or NDJSON the answer is one table: members where " +
      "`include_members` is set, else centroids; the next page's cursor is in the X-Next-Cursor header.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    query: ArtifactsQuery,
    answer: { description: "The rows.", schema: ArtifactsResponse, example: ARTIFACTS_EXAMPLE, media: TABLE_MEDIA },
    errors: [409],
  },
  async (c, { params, query, warnings }) =>
    answerTables(c, await latestFinished(c, params.cluster_identifier), artifactsRequest(query), warnings),
);
