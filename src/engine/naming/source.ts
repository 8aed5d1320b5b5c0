/** The clusters of a run and the documents in them, as what names clusters sees them, whatever made them. */
import type { CentroidRow, MemberBatch } from "../../artifacts";
import type { TaskContext } from "../context";
import { readIds } from "../stages/ids";
import { allMembers, joinedTables } from "../stages/joined-tables";

export interface NamedCluster {
  id: string;
  parentId: string | null;
  /** The feature whose clustering it is of; clusters of different ones are not told apart from each other. */
  feature: string | null;
  members: number;
  /** Mean squared distance of the members to the centroid; null where there is none. */
  variance: number | null;
  /** The name that the method gives it. */
  given: string | null;
}

export interface Ids {
  collectionId: string;
  documentIds: string[];
}

export interface ClusterSource {
  /** Every cluster of every level, a parent before what is below it. */
  clusters: NamedCluster[];
  /** Ids of some neighbouring documents from these places (0–1) of all rows. */
  peek(places: number[], rows: number): Promise<Ids[]>;
  /** All members in the order of members.parquet. */
  members(): AsyncIterable<MemberBatch>;
}

/** Of the run's own stages. */
export async function clusteredSource(context: TaskContext): Promise<ClusterSource> {
  const tables = await joinedTables(context);
  const clusters = new Map<string, NamedCluster>();
  for (const { centroids, hierarchy } of tables) {
    for (const row of centroids(new Map())) clusters.set(row.clusterId, ofCentroid(row));
    for (const { clusterId: id, parentClusterId, numMembers, label } of hierarchy)
      if (!clusters.has(id))
        clusters.set(id, {
          id,
          parentId: parentClusterId,
          feature: null,
          members: numMembers,
          variance: null,
          given: label,
        });
  }
  // The rows are the same for every clustering of the run.
  const { context: own, members } = tables[0]!;
  return {
    clusters: [...clusters.values()],
    peek: (places, rows) => peek(own, members.bounds, places, rows),
    members: () => allMembers(tables, { ids: new Map(), places: null }),
  };
}

const ofCentroid = (row: CentroidRow): NamedCluster => ({
  id: row.clusterId,
  parentId: row.parentClusterId,
  feature: row.featureName,
  members: row.numMembers,
  variance: row.variance,
  given: row.label,
});

async function peek(
  { scratch, spec, plan }: TaskContext,
  bounds: number[],
  places: number[],
  rows: number,
): Promise<Ids[]> {
  const ends: number[] = [];
  for (const count of plan.shape.perCollection) ends.push((ends.at(-1) ?? 0) + count);
  const found: Ids[] = [];
  let end = 0;
  for (const place of places) {
    // Few rows are looked at once, from the first place on.
    const from = Math.max(end, Math.floor(place * Math.max(0, plan.shape.rows - rows)));
    const collection = ends.findIndex((one) => from < one);
    if (collection < 0) break;
    end = Math.min(from + rows, ends[collection]!);
    const documentIds = await readIds(scratch, bounds, from, end);
    found.push({ collectionId: spec.collections[collection]!.collectionId, documentIds });
  }
  return found;
}
