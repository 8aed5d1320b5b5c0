/** A page of the members of a cut, in the form of the data endpoints. */
import { dataMember, memberRows, type TableFile } from "../../../artifacts";
import { clusterLabelId, NOISE_ID } from "../../../domain/ids";
import type { CutClusters } from "../../../engine/cut";

export type CutMember = Omit<ReturnType<typeof dataMember>, "distance_to_centroid"> & { distance_to_centroid: null };

/** Rows of members.parquet that are in these clusters of the cut; null: all rows. */
export function rowsWithin({ labels }: CutClusters, clusterIds: string[] | null): Int32Array | null {
  if (!clusterIds) return null;
  const wanted = new Set(clusterIds);
  return Int32Array.from(labels.keys()).filter((row) => wanted.has(clusterLabelId(labels[row]!)));
}

/** `rows`: those that are paged, ascending; null for all. */
export async function cutMembers(
  members: TableFile,
  { labels, probabilities }: CutClusters,
  rows: Int32Array | null,
  offset: number,
  limit: number,
): Promise<CutMember[]> {
  const total = rows?.length ?? members.rows;
  const end = Math.min(offset + limit, total);
  if (offset >= end) return [];
  const rowAt = (i: number): number => rows?.[i] ?? i;
  const first = rowAt(offset);
  const page: CutMember[] = [];
  let row = first;
  let next = offset;
  const span = { offset: first, limit: rowAt(end - 1) - first + 1, clusterIds: null };
  for await (const batch of members.read(span))
    for (const member of memberRows(batch)) {
      if (next < end && rowAt(next) === row) {
        page.push(asCut(member, labels[row]!, probabilities?.[row]));
        next += 1;
      }
      row += 1;
    }
  return page;
}

function asCut(member: Parameters<typeof dataMember>[0], label: number, probability: number | undefined): CutMember {
  const id = label < 0 ? NOISE_ID : clusterLabelId(label);
  return {
    ...dataMember(member),
    cluster_id: id,
    cluster_label: id,
    distance_to_centroid: null,
    probability: probability === undefined || Number.isNaN(probability) ? null : probability,
  };
}
