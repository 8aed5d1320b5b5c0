/**
 * Term weights as scikit-learn's TfidfTransformer defines them (`sublinear_tf`, `smooth_idf`, `norm="l2"`), and which columns of a sparse
 * feature take part.
 */
import type { SparseRows } from "../../documents/contract";
import { naturalLog } from "../../kernels/natural-log";
import type { SparseMatrix } from "../../kernels/sparse/contract";

/** Columns that take part at most: what the bases of the decomposition, one row a column, leave of an isolate. */
export const MOST_COLUMNS = 20_480;
/** Above so many documents an index in one of them alone says nothing of groups. */
const FEW_DOCUMENTS = 50;
/** Indices in nearly all documents tell none apart. */
const MOST_SHARE = 0.9;

/** ln((1 + n) / (1 + df)) + 1 */
export const smoothIdf = (rows: number, frequency: number): number => naturalLog((1 + rows) / (1 + frequency)) + 1;

/**
 * The indices that become columns, ascending. `frequencies[index]`: rows that have it. Of text, in at least two documents (of fifty and
 * more) and at most nine of ten; of more than `MOST_COLUMNS` those whose weights add up to most, the lower index on ties.
 */
export function chosenColumns(frequencies: Uint32Array, rows: number, text: boolean): Int32Array {
  const least = text && rows >= FEW_DOCUMENTS ? 2 : 1;
  const most = text && rows >= FEW_DOCUMENTS ? MOST_SHARE * rows : rows;
  const found: number[] = [];
  frequencies.forEach((frequency, index) => {
    if (frequency >= least && frequency <= most) found.push(index);
  });
  if (found.length <= MOST_COLUMNS) return Int32Array.from(found);
  const mass = (index: number) => frequencies[index]! * (text ? smoothIdf(rows, frequencies[index]!) : 1);
  const kept = found.sort((a, b) => mass(b) - mass(a) || a - b).slice(0, MOST_COLUMNS);
  return Int32Array.from(kept).sort();
}

/** How a feature's entries become those of the matrix that is decomposed. */
export interface Weighting {
  /** Column of each index, or -1. */
  columns: Int32Array;
  /** Inverse document frequency of each column; null for values that are taken as they are. */
  idf: Float64Array | null;
  /** Values that are taken as they are are divided by it, so that no row is longer than 1. */
  longest: number;
}

/** Rows of the matrix that is decomposed, none longer than 1. */
export type WeightedRows = SparseMatrix;

export function weightedRows({ offsets, indices, values }: SparseRows, weighting: Weighting): WeightedRows {
  const { columns, idf, longest } = weighting;
  const rows = offsets.length - 1;
  const made: WeightedRows = {
    offsets: new Int32Array(rows + 1),
    columns: new Int32Array(indices.length),
    values: new Float64Array(indices.length),
  };
  let entries = 0;
  for (let row = 0; row < rows; row++) {
    const first = entries;
    let squares = 0;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const column = columns[indices[at]!]!;
      if (column < 0) continue;
      const value = idf ? sublinear(values[at]!) * idf[column]! : values[at]! / longest;
      made.columns[entries] = column;
      made.values[entries++] = value;
      squares += value * value;
    }
    if (idf && squares > 0) {
      const length = Math.sqrt(squares);
      for (let at = first; at < entries; at++) made.values[at]! /= length;
    }
    made.offsets[row + 1] = entries;
  }
  return made;
}

/** 1 + ln(count) */
export const sublinear = (count: number): number => (count > 0 ? 1 + naturalLog(count) : 0);

/** Euclidean length of the longest row, of all entries. */
export function longestRow({ offsets, values }: SparseRows): number {
  let most = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    let squares = 0;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) squares += values[at]! ** 2;
    most = Math.max(most, squares);
  }
  return Math.sqrt(most);
}
