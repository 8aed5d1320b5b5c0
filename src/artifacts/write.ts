/** Writes the tables of a run: each a Parquet file, streamed into the object store while its digest is taken. */
import { createHash } from "node:crypto";
import type { ObjectStore } from "../objects/object-store";
import type { CentroidRow, HierarchyRow, MemberBatch, WrittenTable } from "./contract";
import { parquetStream } from "./parquet";
import { CENTROIDS, type Cell, type ColumnBatch, GROUP_ROWS, HIERARCHY, MEMBERS, type TableSpec } from "./tables";

/** Vector bytes of one row group of the centroids: what a writer or a reader holds at a time. */
const CENTROID_GROUP_BYTES = 2 * 1024 * 1024;

/** Writes members.parquet. The batches may have any sizes: the same rows give the same file. */
export function writeMembers(
  objects: ObjectStore,
  key: string,
  batches: AsyncIterable<MemberBatch>,
): Promise<WrittenTable> {
  return writeTable(objects, key, MEMBERS, memberColumns(batches), GROUP_ROWS);
}

/** Writes centroids.parquet. */
export function writeCentroids(objects: ObjectStore, key: string, rows: CentroidRow[]): Promise<WrittenTable> {
  const vectorBytes = Math.max(4, ...rows.slice(0, 1).map((row) => 4 * (row.vector?.length ?? 0)));
  const groupRows = Math.min(GROUP_ROWS, Math.max(1, Math.floor(CENTROID_GROUP_BYTES / vectorBytes)));
  const children = Map.groupBy(rows, (row) => row.parentClusterId);
  const cells = (row: CentroidRow) =>
    centroidCells(
      row,
      (children.get(row.clusterId) ?? []).map((one) => one.clusterId),
    );
  return writeTable(objects, key, CENTROIDS, rowsAsColumns(CENTROIDS, rows, groupRows, cells), groupRows);
}

/** Writes hierarchy.parquet. */
export function writeHierarchy(objects: ObjectStore, key: string, rows: HierarchyRow[]): Promise<WrittenTable> {
  return writeTable(objects, key, HIERARCHY, rowsAsColumns(HIERARCHY, rows, GROUP_ROWS, hierarchyCells), GROUP_ROWS);
}

export async function writeTable(
  objects: ObjectStore,
  key: string,
  spec: TableSpec,
  batches: AsyncIterable<ColumnBatch>,
  groupRows: number,
): Promise<WrittenTable> {
  const writer = objects.writer(key);
  const digest = createHash("sha256");
  let rows = 0;
  async function* counted() {
    for await (const batch of batches) {
      rows += batch.rows;
      yield batch;
    }
  }
  try {
    for await (const chunk of parquetStream(spec, counted(), groupRows)) {
      digest.update(chunk);
      await writer.write(chunk);
    }
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return { bytes: await writer.close(), rows, sha256: digest.digest("hex") };
}

async function* memberColumns(batches: AsyncIterable<MemberBatch>): AsyncGenerator<ColumnBatch> {
  for await (const batch of batches) {
    const rows = batch.documentIds.length;
    const { components, coordinates } = batch;
    const points = Array.from({ length: rows }, (_, i) => point(coordinates, components, i));
    // NaN, not null: arrays of numbers only are several times faster to fill and to copy.
    const unknown = new Float32Array(rows).fill(Number.NaN);
    const axis = (a: number): Float32Array =>
      a < components ? unknown.map((_, i) => coordinates[i * components + a]!) : unknown;
    if (coordinates.length !== rows * components) {
      throw new RangeError(`${coordinates.length} coordinates for ${rows} rows of ${components} components`);
    }
    yield {
      rows,
      columns: {
        document_id: batch.documentIds,
        point_id: batch.documentIds,
        collection_id: new Array<string>(rows).fill(batch.collectionId),
        cluster_id: batch.clusterIds,
        cluster_label: batch.clusterLabels,
        distance_to_centroid: batch.distances,
        coordinates: points,
        x: axis(0),
        y: axis(1),
        z: axis(2),
        probability: batch.probabilities ?? unknown,
        outlier_score: batch.outlierScores ?? unknown,
      },
    };
  }
}

/** A plain array: a view on the coordinates would cost more than its two or three numbers. */
function point(coordinates: Float32Array, components: number, row: number): number[] {
  const values: number[] = [];
  for (let i = row * components; i < (row + 1) * components; i++) values.push(coordinates[i]!);
  return values;
}

async function* rowsAsColumns<Row>(
  spec: TableSpec,
  rows: Row[],
  batchRows: number,
  cells: (row: Row) => Record<string, Cell>,
): AsyncGenerator<ColumnBatch> {
  for (let from = 0; from < rows.length; from += batchRows) {
    const records = rows.slice(from, from + batchRows).map(cells);
    const columns = spec.columns.map(({ name }): [string, Cell[]] => [name, records.map((record) => record[name]!)]);
    yield { rows: records.length, columns: Object.fromEntries(columns) };
  }
}

const centroidCells = (row: CentroidRow, children: string[]): Record<string, Cell> => ({
  cluster_id: row.clusterId,
  centroid_vector: row.vector,
  num_members: row.numMembers,
  variance: row.variance,
  label: row.label,
  summary: row.summary,
  keywords: row.keywords,
  feature_name: row.featureName,
  feature_dimensions: row.featureDimensions,
  parent_cluster_id: row.parentClusterId,
  child_cluster_ids: children,
  hierarchy_level: row.hierarchyLevel,
  x: row.coordinates?.[0] ?? null,
  y: row.coordinates?.[1] ?? null,
  z: row.coordinates?.[2] ?? null,
  representatives: row.representatives,
  reduction_method: row.reductionMethod,
  parameters: row.parameters,
  algorithm: row.algorithm,
});

const hierarchyCells = (row: HierarchyRow): Record<string, Cell> => ({
  cluster_id: row.clusterId,
  parent_cluster_id: row.parentClusterId,
  level: row.level,
  num_members: row.numMembers,
  label: row.label,
});
