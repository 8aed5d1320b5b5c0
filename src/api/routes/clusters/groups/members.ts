import { openMembers } from "../../../../artifacts";
import { services } from "../../../context";
import { operation } from "../../../operation";
import { GroupMembersQuery, GroupMembersResponse, GroupPath } from "../../../schemas/group";
import { groupsOf, requireGroup } from "./find";
import { nearestMembers } from "./nearest";
import { payloadsOf } from "./payloads";

export const groupMembersOperation = operation(
  {
    id: "list_group_members",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/groups/{group_id}/members",
    tag: "Clusters",
    summary: "List the members of a group",
    description:
      "Documents of a cluster of the last completed run and of what lies below it, the nearest to the centroid first; equal distances, and " +
      "runs over attributes, which have none, by their place in the run. A page reads the group's rows once, whatever its number.",
    access: { scope: "read", namespaced: true },
    params: GroupPath,
    query: GroupMembersQuery,
    answer: {
      description: "A page of members.",
      schema: GroupMembersResponse,
      example: {
        cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
        run_id: "run_mi8l2k4q0d7v1c9x5z3b",
        group_id: "cl_0",
        members: [
          { document_id: "doc_7", collection_id: "col_digits", cluster_id: "cl_0", distance_to_centroid: 0.12 },
        ],
        total_members: 250,
        next_cursor: null,
      },
    },
  },
  async (c, { params, query }) => {
    const run = await groupsOf(c, params.cluster_identifier);
    const { row } = await requireGroup(c, run, params.group_id);
    const { objects, collectionStore } = services(c);
    const table = await openMembers(objects, run.artifacts.members);
    const { limit, cursor, include_payload } = query;
    const page = await nearestMembers(table, row.cluster_id, limit, cursor ?? null);
    const payloads = new Map<string, string | null>();
    if (include_payload)
      for (const [collectionId, own] of Map.groupBy(page.members, (member) => member.collection_id)) {
        const ids = own.map((member) => member.document_id);
        const found = await payloadsOf(collectionStore(collectionId), ids);
        ids.forEach((id, i) => {
          payloads.set(`${collectionId}/${id}`, found[i] ?? null);
        });
      }
    const payloadOf = (text: string | null | undefined) =>
      text ? (JSON.parse(text) as Record<string, unknown>) : null;
    return {
      cluster_id: run.execution.clusterId,
      run_id: run.execution.id,
      group_id: row.cluster_id,
      members: page.members.map((member) => ({
        ...member,
        ...(include_payload && { payload: payloadOf(payloads.get(`${member.collection_id}/${member.document_id}`)) }),
      })),
      total_members: page.total,
      next_cursor: page.nextCursor,
    };
  },
);
