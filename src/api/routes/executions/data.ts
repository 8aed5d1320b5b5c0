import { operation } from "../../operation";
import { DATA_EXAMPLE, DataBody, DataResponse, dataRequest, TABLE_MEDIA } from "../../schemas/artifact";
import { DATA_ANSWER_EXAMPLE } from "../../schemas/cluster-examples";
import { ExecutionPath } from "../../schemas/execution";
import { findRun } from "./find";
import { answerTables } from "./tables";

export const executionDataOperation = operation(
  {
    id: "read_execution_data",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}/data",
    tag: "Executions",
    summary: "Read the rows of a run",
    description:
      "Centroids and members as the data of a chart. As Arrow, Parquet or NDJSON the answer is one table: members where " +
      "`include_members` is set, else centroids; the next page's cursor is in the X-Next-Cursor header.",
    access: { scope: "read", namespaced: true },
    params: ExecutionPath,
    body: { schema: DataBody, example: DATA_EXAMPLE },
    answer: { description: "The rows.", schema: DataResponse, example: DATA_ANSWER_EXAMPLE, media: TABLE_MEDIA },
  },
  async (c, { params, body, warnings }) =>
    answerTables(c, (await findRun(c, params)).execution, dataRequest(body), warnings),
);
