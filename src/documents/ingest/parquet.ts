/**
 * Parquet. The footer comes last, so the body is kept in the object store while it is read by ranges: page by page in
 * every column side by side, whatever the size of the row groups, since many writers make only one.
 */
import { parquetMetadataAsync, parquetSchema, type RowGroup, type SchemaTree } from "hyparquet";
import { assembleNested } from "hyparquet/src/assemble.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { ShoalError } from "../../domain/errors";
import type { ObjectStore } from "../../objects/object-store";
import type { CollectionFeature, StoreConfig } from "../contract";
import { batchUploadKey } from "../store/batches";
import { chunksOf } from "./bytes";
import { toJson } from "./cells";
import { type DecodedBatch, decodeInto, featureIndex, type RawVector, RowRefusal } from "./decoded";
import { ColumnReader, parquetError } from "./parquet-pages";
import { Spool } from "./spool";

const ROWS_PER_BATCH = 512;
/** Bytes that all columns' read-ahead may take together. */
const READ_AHEAD_BYTES = 8 * 1024 * 1024;
const MAX_COLUMNS = 256;

export async function* decodeParquet(
  body: ReadableStream<Uint8Array>,
  { objects, config, batchId }: { objects: ObjectStore; config: StoreConfig; batchId: string },
): AsyncGenerator<DecodedBatch> {
  const key = batchUploadKey(config.namespaceId, config.collectionId, batchId, 0);
  const spool = await Spool.write(objects, key, chunksOf(body));
  try {
    yield* read(spool, config.features);
  } catch (error) {
    throw error instanceof ShoalError ? error : parquetError(error instanceof Error ? error.message : String(error));
  } finally {
    await spool.delete();
  }
}

async function* read(spool: Spool, features: CollectionFeature[]): AsyncGenerator<DecodedBatch> {
  const { bytes: byteLength } = spool;
  const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
    if (!(start >= 0 && start <= end && end <= byteLength))
      throw parquetError("it refers to bytes that it does not have");
    const bytes = await spool.read(start, end - start);
    return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  };
  if (byteLength < 12) throw parquetError("it is too short");
  const metadata = await parquetMetadataAsync({ byteLength, slice });
  const tree = parquetSchema(metadata);
  let line = 0;
  for (const group of metadata.row_groups) {
    const columns = openGroup(group, tree, slice);
    const leaves = columns.flatMap((column) => column.leaves);
    const rows = Number(group.num_rows);
    for (let done = 0; done < rows; ) {
      await Promise.all(leaves.map((leaf) => leaf.fill()));
      const ready = Math.min(...leaves.map((leaf) => leaf.ready));
      const count = Math.min(ready, ROWS_PER_BATCH, rows - done);
      if (count === 0) throw parquetError(`row group ends after ${done} of ${rows} rows`);
      const batch: DecodedBatch = { rows: [], refused: [] };
      const values = columns.map((column) => takeRows(column, count));
      for (let i = 0; i < count; i++) {
        line += 1;
        decodeInto(batch, line, () => readRow(columns, values, i, line, features));
      }
      done += count;
      yield batch;
    }
  }
}

interface Column {
  name: string;
  schema: SchemaTree;
  leaves: ColumnReader[];
}

type Slice = (start: number, end: number) => Promise<ArrayBuffer>;

function openGroup(group: RowGroup, tree: SchemaTree, slice: Slice): Column[] {
  if (group.columns.length > MAX_COLUMNS) {
    throw parquetError(`it has ${group.columns.length} columns; the limit is ${MAX_COLUMNS}`);
  }
  const readAhead = Math.floor(READ_AHEAD_BYTES / group.columns.length);
  return tree.children.map((schema) => {
    const name = schema.element.name;
    const chunks = group.columns.filter((chunk) => chunk.meta_data?.path_in_schema[0] === name);
    return { name, schema, leaves: chunks.map((chunk) => new ColumnReader(chunk, tree, slice, readAhead)) };
  });
}

/** The next rows of a top-level column, its leaves put together. */
function takeRows({ name, schema, leaves }: Column, count: number): ArrayLike<unknown> {
  if (schema.children.length === 0 || leaves[0]?.isList) return leaves[0]!.take(count);
  const parts = new Map(leaves.map((leaf) => [leaf.path, leaf.take(count)]));
  assembleNested(parts, schema, DEFAULT_PARSERS);
  const rows = parts.get(name);
  if (!rows) throw parquetError(`column '${name}' cannot be put together`);
  return rows;
}

function readRow(
  columns: Column[],
  values: ArrayLike<unknown>[],
  index: number,
  line: number,
  features: CollectionFeature[],
) {
  const vectors: RawVector[] = Array(features.length).fill(null);
  const payload: Record<string, unknown> = {};
  let documentId: string | null = null;
  columns.forEach(({ name }, c) => {
    const value = values[c]![index] ?? null;
    const feature = featureIndex(features, name);
    if (feature >= 0) {
      vectors[feature] = value;
    } else if (name === "document_id") {
      if (value !== null && typeof value !== "string") {
        throw new RowRefusal("validation_failed", `document_id must be a string, not ${String(value)}`);
      }
      documentId = value;
    } else {
      payload[name] = toJson(value);
    }
  });
  return { line, documentId, payload: JSON.stringify(payload), vectors };
}
