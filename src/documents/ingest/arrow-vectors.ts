/** Columns of vectors in a record batch: dense, several vectors a row, and sparse ones. */
import { type Data, DataType, type RecordBatch, util, type Vector } from "apache-arrow";
import { ShoalError } from "../../domain/errors";
import type { CollectionFeature } from "../contract";
import { type RawVector, RowRefusal } from "./decoded";

type Read = (index: number) => RawVector;

/** Reads the feature's vectors from column `column`. @throws ShoalError `invalid_vector` for a column of another type. */
export function vectorReader(batch: RecordBatch, column: number, feature: CollectionFeature): Read {
  if (feature.kind === "sparse") return sparseReader(batch, column, feature);
  return feature.pooling ? multiVectorReader(batch, column, feature) : denseReader(batch, column, feature);
}

function denseReader(batch: RecordBatch, column: number, { name, dimensions }: CollectionFeature): Read {
  const data = batch.data.children[column]!;
  const { type } = data;
  const child = data.children[0];
  if (!DataType.isFixedSizeList(type) || !child || !DataType.isFloat(child.type)) {
    throw badColumn(name, `must be a FixedSizeList of float32 or float16, not ${type}`);
  }
  if (type.listSize !== dimensions) throw badColumn(name, `has ${type.listSize} dimensions, the feature ${dimensions}`);
  const values = child.values as Float32Array | Float64Array | Uint16Array;
  const isHalf = values instanceof Uint16Array;
  return (index) => {
    if (!data.getValid(index)) return null;
    const from = index * dimensions;
    if (child.nullCount > 0) {
      for (let i = 0; i < dimensions; i++) {
        if (!child.getValid(from + i)) throw new RowRefusal("invalid_vector", `'${name}'[${i}] is null, not a number`);
      }
    }
    const row = values.subarray(from, from + dimensions);
    return isHalf ? Float32Array.from(row, (half) => util.uint16ToFloat64(half)) : row;
  };
}

const isListOf = ({ type, children }: Data, test: (inner: Data) => boolean): boolean =>
  (DataType.isList(type) || DataType.isFixedSizeList(type)) && test(children[0]!);

function multiVectorReader(batch: RecordBatch, column: number, { name }: CollectionFeature): Read {
  const data = batch.data.children[column]!;
  if (!isListOf(data, (inner) => isListOf(inner, ({ type }) => DataType.isFloat(type)))) {
    throw badColumn(name, `must be a list of lists of floats, not ${data.type}`);
  }
  const vector = batch.getChildAt(column)!;
  return (index) => {
    const vectors = vector.get(index) as Vector | null;
    return vectors && Array.from(vectors as Iterable<Vector | null>, (one) => one && [...one]);
  };
}

function sparseReader(batch: RecordBatch, column: number, { name }: CollectionFeature): Read {
  const data = batch.data.children[column]!;
  const { type } = data;
  const part = (wanted: string, test: (inner: Data) => boolean) => {
    const at = DataType.isStruct(type) ? type.children.findIndex((field) => field.name === wanted) : -1;
    return at >= 0 && isListOf(data.children[at]!, test);
  };
  const isRight =
    part("indices", (inner) => DataType.isInt(inner.type)) && part("values", (inner) => DataType.isFloat(inner.type));
  if (!isRight) {
    throw badColumn(name, `must be a struct of indices, a list of integers, and values, a list of floats, not ${type}`);
  }
  const vector = batch.getChildAt(column)!;
  return (index) => {
    const row = vector.get(index) as { indices: Vector | null; values: Vector | null } | null;
    return row && { indices: row.indices && [...row.indices], values: row.values && [...row.values] };
  };
}

const badColumn = (name: string, what: string): ShoalError =>
  new ShoalError("invalid_vector", `Column '${name}' ${what}.`, { column: name });
