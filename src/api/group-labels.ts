/** Names that people have given to clusters, laid over what a run says of them. */
import type { Renamed } from "../artifacts";
import type { ExecutionDoc } from "../db/executions";
import { type GroupLabel, groupLabelsOf } from "../db/group-labels";
import { type AppContext, services } from "./context";

type Named = { cluster_id: string; label: string | null; summary: string | null; keywords: string[] | null };

/** The cluster under the name that it was given, where it was given one. */
export function named<T extends Named>(row: T, given: GroupLabel | undefined): T {
  if (!given) return row;
  return {
    ...row,
    label: given.label,
    summary: given.summary ?? row.summary,
    keywords: given.keywords ?? row.keywords,
  };
}

/** Names given to the clusters of a run. */
export const givenNames = async (c: AppContext, runId: string): Promise<Renamed> =>
  (await groupLabelsOf(services(c).db, [runId])).get(runId) ?? new Map();

/** Runs with their clusters under the names that these were given. */
export async function withGivenNames<T extends Pick<ExecutionDoc, "run_id" | "centroids">>(
  c: AppContext,
  docs: T[],
): Promise<T[]> {
  const ids = docs.filter(({ centroids }) => centroids !== null).map((doc) => doc.run_id);
  const given = await groupLabelsOf(services(c).db, ids);
  return docs.map((doc) => {
    const own = given.get(doc.run_id);
    return own ? { ...doc, centroids: doc.centroids?.map((one) => named(one, own.get(one.cluster_id))) ?? null } : doc;
  });
}
