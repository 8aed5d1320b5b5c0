/**
 * The tables of a run. The engine writes them, once; the API reads them by ranges and renders them as streams.
 *
 * A route opens what it answers from before it answers (`openMembers`, `openCentroids`: `artifacts_not_found` is thrown
 * there, while a status can still be set), then hands the tables to `dataAnswer`, `artifactsAnswer` or `tableStream`.
 */
import type { ObjectStore } from "../objects/object-store";
import type { ReadOptions } from "./contract";
import { TableFile } from "./read";
import { CENTROIDS, type ColumnBatch, HIERARCHY, MEMBERS, type TableSpec } from "./tables";

export type {
  CentroidJson,
  CentroidRow,
  HierarchyRow,
  MemberBatch,
  MemberRow,
  ReadOptions,
  WrittenTable,
} from "./contract";
export { nextCursor, offsetOf, pageCursor, pageOffset } from "./cursor";
export { METHOD_TABLES, type MethodTableFile, type MethodTableSpec, writeMethodTable } from "./method-tables";
export { initParquet, parquetMemoryBytes } from "./parquet";
export type { TableFile } from "./read";
export {
  type Answer,
  artifactsAnswer,
  dataAnswer,
  formatFromAccept,
  MEDIA_TYPES,
  type Renamed,
  type TableFormat,
  tableStream,
} from "./render";
export { centroidRows, dataCentroid, dataMember, memberRows, rowsOf } from "./rows";
export type { ColumnBatch, ColumnType } from "./tables";
export { writeCentroids, writeHierarchy, writeMembers } from "./write";

/** Everything, from the first row. */
export const ALL_ROWS: ReadOptions = { offset: 0, limit: Number.POSITIVE_INFINITY, clusterIds: null };

export const openMembers = (objects: ObjectStore, key: string): Promise<TableFile> =>
  TableFile.open(objects, key, MEMBERS);
export const openCentroids = (objects: ObjectStore, key: string): Promise<TableFile> =>
  TableFile.open(objects, key, CENTROIDS);
/** A table that a method keeps. */
export const openTable = (objects: ObjectStore, key: string, spec: TableSpec): Promise<TableFile> =>
  TableFile.open(objects, key, spec);
export const openHierarchy = (objects: ObjectStore, key: string): Promise<TableFile> =>
  TableFile.open(objects, key, HIERARCHY);

/** Members in the file's order, at most 8,192 a batch; `memberRows(batch)` makes JSON rows of one. */
export async function* readMembers(
  objects: ObjectStore,
  key: string,
  options: ReadOptions = ALL_ROWS,
): AsyncGenerator<ColumnBatch> {
  yield* (await openMembers(objects, key)).read(options);
}

/** Centroids in the file's order; `centroidRows(batch)` makes JSON rows of a batch. */
export async function* readCentroids(
  objects: ObjectStore,
  key: string,
  options: ReadOptions = ALL_ROWS,
): AsyncGenerator<ColumnBatch> {
  yield* (await openCentroids(objects, key)).read(options);
}

/** Nodes of the hierarchy in the file's order. */
export async function* readHierarchy(objects: ObjectStore, key: string): AsyncGenerator<ColumnBatch> {
  yield* (await openHierarchy(objects, key)).read(ALL_ROWS);
}

/** Members of these clusters and of those below them, or of all. */
export async function countMembers(
  objects: ObjectStore,
  key: string,
  clusterIds: string[] | null = null,
): Promise<number> {
  return (await openMembers(objects, key)).count(clusterIds);
}
