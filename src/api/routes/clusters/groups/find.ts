/** The last completed run's clusters, as groups. */
import { type CentroidJson, centroidRows, openCentroids, readCentroids, type TableFile } from "../../../../artifacts";
import type { ExecutionRow } from "../../../../db/executions";
import { ShoalError } from "../../../../domain/errors";
import { NOISE_ID } from "../../../../domain/ids";
import { type AppContext, services } from "../../../context";
import { latestFinished } from "../../executions/tables";

export interface GroupsOfRun {
  execution: ExecutionRow;
  artifacts: NonNullable<ExecutionRow["artifacts"]>;
}

/** Throws `no_execution` before the first completed run. */
export async function groupsOf(c: AppContext, clusterIdentifier: string): Promise<GroupsOfRun> {
  const execution = await latestFinished(c, clusterIdentifier);
  if (execution.artifacts) return { execution, artifacts: execution.artifacts };
  throw new ShoalError("artifacts_not_found", `Run ${execution.id} has no artifacts.`, { run_id: execution.id });
}

/** What is small of every cluster: its id, its place in the tree and its row. */
export interface GroupPlace {
  row: number;
  id: string;
  parentId: string | null;
}

export async function groupPlaces(centroids: TableFile): Promise<GroupPlace[]> {
  const places: GroupPlace[] = [];
  const all = { offset: 0, limit: Number.POSITIVE_INFINITY, clusterIds: null };
  for await (const { rows, columns } of centroids.read(all, ["cluster_id", "parent_cluster_id"]))
    for (let i = 0; i < rows; i++) {
      const parentId = columns.parent_cluster_id![i] as string | null;
      places.push({ row: places.length, id: columns.cluster_id![i] as string, parentId });
    }
  return places;
}

export function requirePlace({ execution }: GroupsOfRun, places: GroupPlace[], groupId: string): GroupPlace {
  const place = places.find(({ id }) => id === groupId);
  if (place) return place;
  throw new ShoalError("group_not_found", `Run ${execution.id} has no cluster "${groupId}".`, {
    resource: "group",
    id: groupId,
    run_id: execution.id,
  });
}

/** The group's row. Throws `group_not_found`, and `validation_failed` for noise, which is no group. */
export async function requireGroup(
  c: AppContext,
  run: GroupsOfRun,
  groupId: string,
): Promise<{ places: GroupPlace[]; row: CentroidJson }> {
  if (groupId === NOISE_ID)
    throw new ShoalError("validation_failed", "group_id = -1 is noise: the documents that belong to no cluster", {
      field: "group_id",
      value: groupId,
    });
  const { objects } = services(c);
  const { centroids } = run.artifacts;
  const places = await groupPlaces(await openCentroids(objects, centroids));
  const { row } = requirePlace(run, places, groupId);
  for await (const batch of readCentroids(objects, centroids, { offset: row, limit: 1, clusterIds: null }))
    return { places, row: centroidRows(batch)[0]! };
  throw new TypeError("a row that was listed is not there");
}
