/** Groups as the API answers them, with the documents that stand for them. */
import type { z } from "@hono/zod-openapi";
import type { CentroidJson, Renamed } from "../../../../artifacts";
import { type AppContext, services } from "../../../context";
import { named } from "../../../group-labels";
import type { GroupResponse } from "../../../schemas/group";
import type { GroupPlace } from "./find";
import { payloadsOf, smallPayload } from "./payloads";

type Group = z.input<typeof GroupResponse>;

export async function renderGroups(
  c: AppContext,
  rows: CentroidJson[],
  { given, places, collectionIds }: { given: Renamed; places: GroupPlace[]; collectionIds: string[] },
): Promise<Group[]> {
  const wanted = [...new Set(rows.flatMap((row) => row.representatives))];
  const found = new Map<string, { collectionId: string; payload: string }>();
  for (const collectionId of collectionIds) {
    const missing = wanted.filter((id) => !found.has(id));
    if (missing.length === 0) break;
    const payloads = await payloadsOf(services(c).collectionStore(collectionId), missing);
    missing.forEach((id, i) => {
      const payload = payloads[i];
      if (payload != null) found.set(id, { collectionId, payload });
    });
  }
  const children = Map.groupBy(places, ({ parentId }) => parentId);
  return rows.map((row) => {
    const { label, summary, keywords } = named(row, given.get(row.cluster_id));
    return {
      cluster_id: row.cluster_id,
      label,
      summary,
      keywords,
      labeled_by: given.has(row.cluster_id) ? "user" : "run",
      size: row.num_members,
      num_members: row.num_members,
      hierarchy_level: row.hierarchy_level,
      parent_cluster_id: row.parent_cluster_id,
      child_cluster_ids: (children.get(row.cluster_id) ?? []).map(({ id }) => id),
      feature_name: row.feature_name,
      representatives: row.representatives.map((document_id) => {
        const document = found.get(document_id);
        return {
          document_id,
          collection_id: document?.collectionId ?? null,
          payload: document ? smallPayload(document.payload) : null,
        };
      }),
    };
  });
}
