/** Members of a cluster by distance, page by page: one pass over its rows a page, holding no more than a page. */
import type { TableFile } from "../../../../artifacts";
import { ShoalError } from "../../../../domain/errors";

export interface NearMember {
  document_id: string;
  collection_id: string;
  cluster_id: string;
  distance_to_centroid: number | null;
}

/** Where a page ends: rows of equal distance follow each other in the table's order; what has no distance comes last. */
interface Position {
  distance: number;
  row: number;
}

const COLUMNS = ["document_id", "collection_id", "cluster_id", "distance_to_centroid"];

export async function nearestMembers(
  table: TableFile,
  clusterId: string,
  limit: number,
  cursor: string | null,
): Promise<{ members: NearMember[]; total: number; nextCursor: string | null }> {
  const after = cursor === null ? null : decode(cursor, table, clusterId);
  let kept: (Position & { member: NearMember })[] = [];
  let total = 0;
  const most = limit + 1;
  const cut = () => {
    kept = kept.sort(order).slice(0, most);
  };
  const all = { offset: 0, limit: Number.POSITIVE_INFINITY, clusterIds: [clusterId] };
  for await (const { rows, columns } of table.read(all, COLUMNS)) {
    const last = kept.length >= most ? kept.at(-1)! : null;
    for (let i = 0; i < rows; i++) {
      const value = columns.distance_to_centroid![i] as number | null;
      const position = { distance: value ?? Number.POSITIVE_INFINITY, row: total++ };
      if (after && order(position, after) <= 0) continue;
      if (last && order(position, last) > 0) continue;
      const member: NearMember = {
        document_id: columns.document_id![i] as string,
        collection_id: columns.collection_id![i] as string,
        cluster_id: columns.cluster_id![i] as string,
        distance_to_centroid: value,
      };
      kept.push({ ...position, member });
    }
    cut();
  }
  const page = kept.slice(0, limit);
  const nextCursor = kept.length > limit ? encode(page.at(-1)!, table, clusterId) : null;
  return { members: page.map(({ member }) => member), total, nextCursor };
}

const order = (a: Position, b: Position): number => {
  if (a.distance === b.distance) return a.row - b.row;
  return a.distance < b.distance ? -1 : 1;
};

/** Base64 of the position, bound to the table and the cluster. */
function encode({ distance, row }: Position, { key }: TableFile, clusterId: string): string {
  return btoa(JSON.stringify([Number.isFinite(distance) ? distance : null, row, clusterId, key])).replaceAll("=", "");
}

function decode(cursor: string, { key }: TableFile, clusterId: string): Position {
  const [distance, row, ofCluster, ofTable] = parse(cursor);
  const isPosition = (distance === null || typeof distance === "number") && typeof row === "number";
  if (!isPosition || ofCluster !== clusterId || ofTable !== key)
    throw new ShoalError("invalid_cursor", "cursor does not belong to the members of this group.", { cursor });
  return { distance: distance ?? Number.POSITIVE_INFINITY, row };
}

function parse(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(atob(cursor));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
