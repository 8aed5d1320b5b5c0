import { removeGroupLabel, setGroupLabel } from "../../../../db/group-labels";
import { services } from "../../../context";
import { givenNames } from "../../../group-labels";
import { operation } from "../../../operation";
import { GROUP_EXAMPLE, GroupPath, GroupResponse, PatchGroupBody } from "../../../schemas/group";
import { requireCluster } from "../find";
import { groupsOf, requireGroup } from "./find";
import { renderGroups } from "./render";

export const patchGroupOperation = operation(
  {
    id: "patch_group",
    method: "patch",
    path: "/v1/clusters/{cluster_identifier}/groups/{group_id}",
    tag: "Clusters",
    summary: "Name a group",
    description:
      "Gives a cluster of the last completed run a name of your own. It lies beside the run, whose files stay as they are, and is shown " +
      "wherever the API tells of the run's clusters in JSON. Later runs keep it: for the same cluster where only labels are made anew, " +
      "and after a new clustering for the cluster that holds most of the documents that stood for this one.",
    access: { scope: "write", namespaced: true },
    params: GroupPath,
    body: { schema: PatchGroupBody, example: { label: "Happy faces", keywords: ["smile", "grin"] } },
    answer: {
      description: "The group under its name.",
      schema: GroupResponse,
      example: { ...GROUP_EXAMPLE, label: "Happy faces", keywords: ["smile", "grin"], labeled_by: "user" as const },
    },
  },
  async (c, { params, body, warnings }) => {
    const run = await groupsOf(c, params.cluster_identifier);
    const { execution } = run;
    const { row, places } = await requireGroup(c, run, params.group_id);
    const { db } = services(c);
    const group = {
      namespaceId: c.var.namespace.id,
      clusterId: execution.clusterId,
      runId: execution.id,
      groupId: row.cluster_id,
    };
    const { label, summary, keywords } = body;
    if (label === null) {
      await removeGroupLabel(db, group);
      for (const field of ["summary", "keywords"] as const)
        if (body[field] != null)
          warnings.push({
            loc: ["body", field],
            msg: "label is null, which takes the given name back: it has no effect",
          });
    } else await setGroupLabel(db, group, { label, summary, keywords }, row.representatives);
    const { definition } = await requireCluster(c, params.cluster_identifier);
    const given = await givenNames(c, execution.id);
    const [answer] = await renderGroups(c, [row], { given, places, collectionIds: definition.collection_ids });
    return answer!;
  },
);
