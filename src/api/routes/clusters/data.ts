import { operation } from "../../operation";
import { DATA_EXAMPLE, DataBody, DataResponse, dataRequest, TABLE_MEDIA } from "../../schemas/artifact";
import { DATA_ANSWER_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath } from "../../schemas/cluster-request";
import { answerTables, latestFinished } from "../executions/tables";

export const clusterDataOperation = operation(
  {
    id: "read_cluster_data",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/data",
    tag: "Executions",
    summary: "Read the rows of the last completed run",
    description:
      "Centroids and members as the data of a chart. As Arrow, Parquet or NDJSON the answer is one table: members where " +
      "`include_members` is set, else centroids; the next page's cursor is in the X-Next-Cursor header.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    body: { schema: DataBody, example: DATA_EXAMPLE },
    answer: { description: "The rows.", schema: DataResponse, example: DATA_ANSWER_EXAMPLE, media: TABLE_MEDIA },
  },
  async (c, { params, body, warnings }) =>
    answerTables(c, await latestFinished(c, params.cluster_identifier), dataRequest(body), warnings),
);
