/** Names that people have given to clusters. They lie beside the finished run, whose files never change. */
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Db } from "./connect";
import { executions, groupLabels } from "./schema";
import { timestamp } from "./time";

/** Null: the run's own. */
export interface GroupLabel {
  label: string;
  summary: string | null;
  keywords: string[] | null;
}

export interface StoredGroupLabel extends GroupLabel {
  runId: string;
  groupId: string;
  /** Documents that stood for the cluster when it was named: what a later clustering finds it again by. */
  representatives: string[];
}

interface Group {
  namespaceId: string;
  clusterId: string;
  runId: string;
  groupId: string;
}

const columns = {
  runId: groupLabels.runId,
  groupId: groupLabels.groupId,
  label: groupLabels.label,
  summary: groupLabels.summary,
  keywords: groupLabels.keywords,
  representatives: groupLabels.representatives,
};

const ofGroup = ({ runId, groupId }: Group) => and(eq(groupLabels.runId, runId), eq(groupLabels.groupId, groupId));

/** What `change` leaves out stays as it is. */
export async function setGroupLabel(
  db: Db,
  group: Group,
  change: { label: string; summary?: string | null; keywords?: string[] | null },
  representatives: string[],
): Promise<void> {
  const now = timestamp();
  const { summary, keywords } = change;
  await db
    .insert(groupLabels)
    .values({ ...group, ...change, representatives, createdAt: now, updatedAt: now })
    .onConflictDoUpdate({
      target: [groupLabels.runId, groupLabels.groupId],
      set: {
        label: change.label,
        updatedAt: now,
        ...(summary !== undefined && { summary }),
        ...(keywords !== undefined && { keywords }),
      },
    });
}

export async function removeGroupLabel(db: Db, group: Group): Promise<void> {
  await db.delete(groupLabels).where(ofGroup(group));
}

/** By run, then by cluster. */
export async function groupLabelsOf(db: Db, runIds: string[]): Promise<Map<string, Map<string, GroupLabel>>> {
  const found = new Map<string, Map<string, GroupLabel>>();
  if (runIds.length === 0) return found;
  // One parameter, however many runs there are.
  const ids = sql`(select value from json_each(${JSON.stringify(runIds)}))`;
  for (const row of await db.select(columns).from(groupLabels).where(inArray(groupLabels.runId, ids))) {
    const own = found.get(row.runId) ?? new Map<string, GroupLabel>();
    own.set(row.groupId, row);
    found.set(row.runId, own);
  }
  return found;
}

/** Names that a further run carries on, at most. */
const MOST_CARRIED = 500;

/** Those of the last completed run. */
export async function lastGroupLabels(db: Db, namespaceId: string, clusterId: string): Promise<StoredGroupLabel[]> {
  const last = sql`(select id from ${executions}
    where namespace_id = ${namespaceId} and cluster_id = ${clusterId} and status = 'completed'
    order by created_at desc, id desc limit 1)`;
  return db
    .select(columns)
    .from(groupLabels)
    .where(eq(groupLabels.runId, last))
    .orderBy(groupLabels.groupId)
    .limit(MOST_CARRIED);
}

/** A statement that gives the clusters of a new run the names of those of an earlier one; safe to repeat. `kept`: from earlier to new ids. */
export function carryGroupLabels(
  db: Db,
  { runId, from, kept, when }: { runId: string; from: string; kept: [string, string][]; when: SQL },
) {
  const now = timestamp();
  // The columns come in the order of the table.
  const rows = sql`select ${runId}, json_extract(pair.value, '$[1]'), g.namespace_id, g.cluster_id, g.label, g.summary,
      g.keywords, g.representatives, g.created_at, ${now}
    from json_each(${JSON.stringify(kept)}) as pair
    join ${groupLabels} as g on g.run_id = ${from} and g.group_id = json_extract(pair.value, '$[0]')
    where ${when}`;
  return db.insert(groupLabels).select(rows).onConflictDoNothing();
}
