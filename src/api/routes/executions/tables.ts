/** A finished run's tables as an answer: JSON, or one table in the format of the Accept header. */
import {
  artifactsAnswer,
  dataAnswer,
  formatFromAccept,
  MEDIA_TYPES,
  nextCursor,
  offsetOf,
  openCentroids,
  openMembers,
  type TableFile,
  tableStream,
} from "../../../artifacts";
import { type ExecutionRow, latestCompleted } from "../../../db/executions";
import type { Warning } from "../../../domain/definition/model";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";
import { givenNames } from "../../group-labels";
import type { TableRequest } from "../../schemas/artifact";
import { requireCluster } from "../clusters/find";

/** The last completed run of a cluster; 404 `no_execution` where there is none. */
export async function latestFinished(c: AppContext, clusterIdentifier: string): Promise<ExecutionRow> {
  const cluster = await requireCluster(c, clusterIdentifier);
  const execution = await latestCompleted(services(c).db, c.var.namespace.id, cluster.id);
  if (execution) return execution;
  throw new ShoalError("no_execution", `Cluster ${cluster.id} has no completed run yet.`, {
    resource: "execution",
    cluster_id: cluster.id,
  });
}

/** @param warnings those of the request so far: a JSON answer shows them, any other has them in a header */
export async function answerTables(
  c: AppContext,
  execution: ExecutionRow,
  request: TableRequest,
  warnings: Warning[],
): Promise<Response> {
  const format = formatFromAccept(c.req.header("accept"));
  if (format === null) {
    const media = Object.values(MEDIA_TYPES);
    throw new ShoalError("bad_request", `Accept must allow one of ${media.join(", ")}.`, {
      accept: c.req.header("accept"),
    });
  }
  const { artifacts } = execution;
  if (!artifacts) throw notReady(execution);

  const { objects } = services(c);
  const single = format !== "json";
  const [members, centroids] = await Promise.all([
    request.members ? openMembers(objects, artifacts.members) : null,
    request.centroids && !(single && request.members) ? openCentroids(objects, artifacts.centroids) : null,
  ]);
  const paged = members ?? centroids;
  const { clusterIds, limit } = request;
  const offset = request.cursor && paged ? offsetOf(request.cursor, paged, clusterIds) : request.offset;
  const page = { offset, limit, clusterIds };
  const headers = { "Content-Type": MEDIA_TYPES[format], Vary: "Accept" };
  if (single) {
    const table: TableFile = paged ?? (await openCentroids(objects, artifacts.centroids));
    // A table has no place for it in its rows.
    const cursor = await nextCursor(table, page);
    return c.body(await tableStream(table, format, page), 200, {
      ...headers,
      ...(cursor && { "X-Next-Cursor": cursor }),
    });
  }
  if (request.shape.form === "artifacts" && request.shape.dimensions > mapDimensions(execution)) {
    const msg = `the run's map has ${mapDimensions(execution)} dimensions: z is null`;
    warnings.push({ loc: ["query", "projection_method"], msg });
  }
  const head = { cluster_id: execution.clusterId, run_id: execution.id, ...(warnings.length > 0 && { warnings }) };
  const answer = { head, centroids, members, page, renamed: await givenNames(c, execution.id) };
  const { shape } = request;
  const stream =
    shape.form === "data"
      ? await dataAnswer(answer)
      : await artifactsAnswer({ ...answer, dimensions: shape.dimensions });
  return c.body(stream, 200, headers);
}

/** How many coordinates the run gave its rows; a run over attributes gives none. */
const mapDimensions = ({ plan }: ExecutionRow): number => plan?.map?.components ?? 0;

export function notReady({ id, status }: ExecutionRow): ShoalError {
  const details = { resource: "execution", run_id: id, status };
  return status === "failed"
    ? new ShoalError("artifacts_not_found", `Run ${id} failed and has no artifacts.`, details)
    : new ShoalError(
        "artifacts_not_ready",
        `Run ${id} is ${status}; its artifacts exist once it has completed.`,
        details,
      );
}
