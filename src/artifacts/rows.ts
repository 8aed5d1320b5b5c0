/** Column batches as JSON rows, in the forms that the endpoints answer. */
import type { CentroidJson, MemberRow } from "./contract";
import { CENTROIDS, type Cell, type ColumnBatch, MEMBERS, type TableSpec } from "./tables";

export const memberRows = (batch: ColumnBatch): MemberRow[] => rowsOf(MEMBERS, batch) as unknown as MemberRow[];
export const centroidRows = (batch: ColumnBatch): CentroidJson[] =>
  rowsOf(CENTROIDS, batch) as unknown as CentroidJson[];

/** One object a row, keys in the table's order. Floats are the stored float32 values, exactly. */
export function rowsOf(spec: TableSpec, batch: ColumnBatch): Record<string, Cell>[] {
  const names = spec.columns.map(({ name }) => name);
  return Array.from({ length: batch.rows }, (_, i) => {
    const row: Record<string, Cell> = {};
    for (const name of names) row[name] = batch.columns[name]![i]!;
    return row;
  });
}

/** A member as the data endpoints answer it: its label falls back to its id, since every member needs one there. */
export function dataMember(row: MemberRow): MemberRow & { cluster_label: string; metadata: Record<string, never> } {
  return { ...row, cluster_label: row.cluster_label ?? row.cluster_id, metadata: {} };
}

/** A centroid as the data endpoints answer it; what has no field of its own stands in `metadata`. */
export function dataCentroid(row: CentroidJson): {
  cluster_id: string;
  cluster_label: string;
  centroid_vector: number[];
  num_members: number;
  metadata: Omit<CentroidJson, "cluster_id" | "centroid_vector" | "num_members">;
} {
  const { cluster_id, centroid_vector, num_members, ...metadata } = row;
  return {
    cluster_id,
    cluster_label: row.label ?? cluster_id,
    centroid_vector: centroid_vector ?? [],
    num_members,
    metadata,
  };
}

/** A row of the artifacts endpoints in two dimensions has no third coordinate, even if the map has one. */
export function planar<Row extends { z: number | null; coordinates?: number[] }>(row: Row): Omit<Row, "z"> {
  const { z: _, ...rest } = row;
  return row.coordinates ? { ...rest, coordinates: row.coordinates.slice(0, 2) } : rest;
}
