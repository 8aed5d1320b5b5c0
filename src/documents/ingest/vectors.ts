/** Vectors of one feature, checked as they come and gathered into the column of a segment. */
import { isObject } from "../../domain/filters/path";
import type { CollectionFeature, Pooling, SparseRows } from "../contract";
import { RowRefusal } from "./decoded";

/** Values other than zero that a sparse vector may have. */
export const MAX_ENTRIES = 262_144;

export interface VectorColumn {
  /** Bytes of `rows` rows in a segment. */
  bytes(rows: number): number;
  /** Sets row `row`, the first that is not set or the last that is; null is a row of zeros. @returns whether it is all zero. */
  set(row: number, vector: unknown): boolean;
  /** The first `rows` rows, as views that hold until the next `set`. */
  rows(rows: number): Float32Array | SparseRows;
}

/** `capacity`: rows of a segment. Its `set` throws RowRefusal `invalid_vector`. */
export const vectorColumn = (feature: CollectionFeature, capacity: number): VectorColumn =>
  feature.kind === "sparse" ? new SparseVectors(feature) : new DenseVectors(feature, capacity);

class DenseVectors implements VectorColumn {
  readonly #feature: CollectionFeature;
  readonly #capacity: number;
  #values = new Float32Array(0);

  constructor(feature: CollectionFeature, capacity: number) {
    this.#feature = feature;
    this.#capacity = capacity;
  }

  bytes(rows: number): number {
    return 4 * rows * this.#feature.dimensions;
  }

  set(row: number, vector: unknown): boolean {
    const { dimensions, pooling } = this.#feature;
    const into = this.#room(row).subarray(row * dimensions, (row + 1) * dimensions);
    if (vector === null) {
      into.fill(0);
      return true;
    }
    if (pooling) pool(this.#feature, pooling, vector, into);
    else copyNumbers(this.#feature, vector, into);
    return into.every((value) => value === 0);
  }

  rows(rows: number): Float32Array {
    return this.#values.subarray(0, rows * this.#feature.dimensions);
  }

  /** The values with room for one more row; they grow with the batch, so that a single create costs little. */
  #room(row: number): Float32Array {
    const { dimensions } = this.#feature;
    if (this.#values.length >= (row + 1) * dimensions) return this.#values;
    const grown = new Float32Array(Math.min(this.#capacity, Math.max(16, 2 * row)) * dimensions);
    grown.set(this.#values);
    this.#values = grown;
    return grown;
  }
}

function copyNumbers(feature: CollectionFeature, vector: unknown, into: Float32Array, at = ""): void {
  const { dimensions } = feature;
  const name = `'${feature.name}'${at}`;
  if (!isList(vector) || (vector.length > 0 && isList(vector[0]))) {
    throw refused(`${name} must be an array of ${dimensions} numbers, not ${kindOf(vector)}`);
  }
  if (vector.length !== dimensions) throw refused(`${name} must have ${dimensions} numbers, not ${vector.length}`);
  for (let i = 0; i < dimensions; i++) into[i] = float(vector[i], name, i);
}

/**
 * One vector of several: their mean, or in each dimension their greatest value. Each is scaled to length 1 first, because
 * late interaction, which such vectors are made for, compares directions only: a long one must not outweigh the others.
 */
function pool(feature: CollectionFeature, pooling: Pooling, vectors: unknown, into: Float32Array): void {
  const name = `'${feature.name}'`;
  if (!isList(vectors) || vectors.length === 0 || !isList(vectors[0])) {
    throw refused(
      `${name} must be an array of at least one array of ${feature.dimensions} numbers, not ${kindOf(vectors)}`,
    );
  }
  const one = new Float32Array(into.length);
  const pooled = new Float64Array(into.length).fill(pooling === "mean" ? 0 : Number.NEGATIVE_INFINITY);
  for (let v = 0; v < vectors.length; v++) {
    copyNumbers(feature, vectors[v], one, `[${v}]`);
    const norm = Math.sqrt(one.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let i = 0; i < one.length; i++) {
      const value = one[i]! / norm;
      pooled[i] = pooling === "mean" ? pooled[i]! + value / vectors.length : Math.max(pooled[i]!, value);
    }
  }
  into.set(pooled);
}

class SparseVectors implements VectorColumn {
  readonly #feature: CollectionFeature;
  readonly #offsets: number[] = [0];
  #indices = new Uint32Array(256);
  #values = new Float32Array(256);

  constructor(feature: CollectionFeature) {
    this.#feature = feature;
  }

  bytes(rows: number): number {
    return 4 * (rows + 1) + 8 * this.#offsets[rows]!;
  }

  set(row: number, vector: unknown): boolean {
    this.#offsets.length = row + 1;
    const from = this.#offsets[row]!;
    this.#offsets.push(from);
    if (vector === null) return true;
    const { indices, values } = readSparse(this.#feature, vector);
    this.#reserve(from + indices.length);
    this.#indices.set(indices, from);
    this.#values.set(values, from);
    this.#offsets[row + 1] = from + indices.length;
    return indices.length === 0;
  }

  rows(rows: number): SparseRows {
    const entries = this.#offsets[rows]!;
    return {
      offsets: Int32Array.from(this.#offsets.slice(0, rows + 1)),
      indices: this.#indices.subarray(0, entries),
      values: this.#values.subarray(0, entries),
    };
  }

  #reserve(entries: number): void {
    if (this.#indices.length >= entries) return;
    const room = Math.max(entries, 2 * this.#indices.length);
    const [indices, values] = [new Uint32Array(room), new Float32Array(room)];
    indices.set(this.#indices);
    values.set(this.#values);
    this.#indices = indices;
    this.#values = values;
  }
}

/** Entries by ascending index, those that are zero left out. */
function readSparse(feature: CollectionFeature, vector: unknown): { indices: Uint32Array; values: Float32Array } {
  const name = `'${feature.name}'`;
  if (!isObject(vector) || !isList(vector.indices) || !isList(vector.values)) {
    throw refused(`${name} must be {"indices": [], "values": []}, not ${kindOf(vector)}`);
  }
  const { indices, values } = vector;
  if (indices.length !== values.length) {
    throw refused(`${name} has ${indices.length} indices and ${values.length} values; there must be as many`);
  }
  if (indices.length > MAX_ENTRIES) throw refused(`${name} has ${indices.length} entries; the limit is ${MAX_ENTRIES}`);
  const entries: [index: number, value: number][] = [];
  for (let i = 0; i < indices.length; i++) {
    const index = typeof indices[i] === "bigint" ? Number(indices[i]) : indices[i];
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= feature.dimensions) {
      const limit = `an integer from 0 to ${feature.dimensions - 1}`;
      throw refused(`${name}.indices[${i}] must be ${limit}, not ${shown(indices[i])}`);
    }
    entries.push([index, float(values[i], `${name}.values`, i)]);
  }
  if (!entries.every(([index], i) => i === 0 || entries[i - 1]![0] < index)) entries.sort(([a], [b]) => a - b);
  const twice = entries.find(([index], i) => i > 0 && entries[i - 1]![0] === index);
  if (twice) throw refused(`${name}.indices has ${twice[0]} twice`);
  const kept = entries.filter(([, value]) => value !== 0);
  return { indices: Uint32Array.from(kept, ([index]) => index), values: Float32Array.from(kept, ([, value]) => value) };
}

function float(value: unknown, name: string, i: number): number {
  if (typeof value !== "number") throw refused(`${name}[${i}] is ${shown(value)}, not a number`);
  const stored = Math.fround(value);
  if (!Number.isFinite(stored)) throw refused(`${name}[${i}] is ${value}, which is no finite 32-bit float`);
  return stored;
}

const isList = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

function kindOf(value: unknown): string {
  if (isList(value)) {
    if (value.length === 0) return "an empty array";
    return isList(value[0]) ? "a multi-vector" : "an array of numbers";
  }
  if (isObject(value)) return "indices" in value ? "a sparse vector" : "an object";
  return shown(value);
}

function shown(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

const refused = (message: string): RowRefusal => new RowRefusal("invalid_vector", message);
