import { type CentroidJson, centroidRows, openCentroids } from "../../../../artifacts";
import { services } from "../../../context";
import { givenNames } from "../../../group-labels";
import { operation } from "../../../operation";
import { ClusterPath } from "../../../schemas/cluster-request";
import { GROUPS_EXAMPLE, GroupsQuery, GroupsResponse } from "../../../schemas/group";
import { requireCluster } from "../find";
import { groupPlaces, groupsOf, requirePlace } from "./find";
import { renderGroups } from "./render";

export const listGroupsOperation = operation(
  {
    id: "list_groups",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/groups",
    tag: "Clusters",
    summary: "List the groups of a cluster",
    description:
      "The clusters of the last completed run, the largest first and what lies below one right after it, with their labels, keywords and " +
      "the documents that stand for them. A label that was given by PATCH takes the place of the run's.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    query: GroupsQuery,
    answer: { description: "A page of groups.", schema: GroupsResponse, example: GROUPS_EXAMPLE },
  },
  async (c, { params, query }) => {
    const run = await groupsOf(c, params.cluster_identifier);
    const { execution, artifacts } = run;
    const centroids = await openCentroids(services(c).objects, artifacts.centroids);
    const places = await groupPlaces(centroids);
    const { parent, limit, offset } = query;
    if (parent !== undefined && parent !== "none") requirePlace(run, places, parent);
    const matching = places.filter(
      ({ parentId }) => parent === undefined || parentId === (parent === "none" ? null : parent),
    );
    const page = matching.slice(offset, offset + limit);
    const rows: CentroidJson[] = [];
    const [first, last] = [page[0]?.row ?? 0, page.at(-1)?.row ?? -1];
    const wanted = new Set(page.map(({ id }) => id));
    for await (const batch of centroids.read({ offset: first, limit: last - first + 1, clusterIds: null }))
      rows.push(...centroidRows(batch).filter((row) => wanted.has(row.cluster_id)));
    const { definition } = await requireCluster(c, params.cluster_identifier);
    const given = await givenNames(c, execution.id);
    const { num_points, noise_points } = execution.doc;
    return {
      cluster_id: execution.clusterId,
      run_id: execution.id,
      groups: await renderGroups(c, rows, { given, places, collectionIds: definition.collection_ids }),
      total_groups: matching.length,
      total_documents: num_points,
      noise_documents: noise_points,
    };
  },
);
