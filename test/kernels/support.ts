import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createKernels, type Kernels, type Matrix } from "../../src/kernels";
import { KernelModule } from "../../src/kernels/module";

const ROOT = resolve(import.meta.dirname, "../..");
const SHARED = resolve(ROOT, "../shared");

/** The Workers types hide the constructor, because a Worker may not call it; Node may. */
const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

function compiled(name: string): WebAssembly.Module {
  execFileSync(process.execPath, [`${ROOT}/scripts/build-wasm.mjs`]);
  return new Module(readFileSync(`${ROOT}/build/${name}.wasm`));
}

export const plainModule = compiled("kernels");
export const relaxedModule = compiled("kernels-relaxed");

export const plain = (limitBytes?: number): Kernels => createKernels(plainModule, limitBytes ? { limitBytes } : {});
export const rawModule = (): KernelModule => new KernelModule(plainModule, 64 * 1024 * 1024);

/** The test's own generator (Mulberry32), so that its data does not depend on the code under test. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rows around `groups` random centres. */
export function blobs(rows: number, dimensions: number, groups: number, seed: number): Float32Array {
  const next = generator(seed);
  const centres = Float64Array.from({ length: groups * dimensions }, () => 10 * (next() - 0.5));
  return Float32Array.from({ length: rows * dimensions }, (_, i) => {
    const group = Math.floor(i / dimensions) % groups;
    return centres[group * dimensions + (i % dimensions)]! + next() + next() + next() - 1.5;
  });
}

export function load(kernels: Kernels, values: Float32Array, dimensions: number): Matrix {
  const matrix = kernels.matrix(values.length / dimensions, dimensions);
  matrix.write(0, values);
  return matrix;
}

/** Loads and centres; returns what a caller would know of the whole data set. */
export function loadCentred(kernels: Kernels, values: Float32Array, dimensions: number) {
  const matrix = load(kernels, values, dimensions);
  const raw = kernels.moments(matrix, { maxAbs: kernels.maxAbs(matrix), rows: matrix.rows });
  const mean = raw.sum.map((sum) => sum / matrix.rows);
  kernels.center(matrix, mean);
  const grid = { maxAbs: kernels.maxAbs(matrix), rows: matrix.rows };
  const squares = kernels.moments(matrix, grid).sumSquares;
  const meanVariance = squares.reduce((sum, value) => sum + value, 0) / matrix.rows / dimensions;
  return { matrix, mean, grid, tolerance: 1e-4 * meanVariance };
}

export function squaredDistance(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, d: number): number {
  let sum = 0;
  for (let t = 0; t < d; t++) sum += (a[i * d + t]! - b[j * d + t]!) ** 2;
  return sum;
}

/** Nearest of `clusters` centroids to row i and the gap in squared distance to the second, by brute force. */
export function nearest(x: Float32Array, i: number, centroids: Float32Array, clusters: number, d: number) {
  const distances = Array.from({ length: clusters }, (_, c) => squaredDistance(x, i, centroids, c, d));
  const best = distances.indexOf(Math.min(...distances));
  const others = distances.filter((_, c) => c !== best);
  return { label: best, squared: distances[best]!, gap: Math.min(...others) - distances[best]! };
}

export const bytes = (values: ArrayBufferView): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

/** A file beside the repository that not every clone has. */
export function shared(path: string): Buffer | null {
  return existsSync(`${SHARED}/${path}`) ? readFileSync(`${SHARED}/${path}`) : null;
}

/** Data sets that results are stored for: file and dimensions of their rows. */
const DATASETS: Record<string, [path: string, dimensions: number]> = {
  digits: ["data/digits/digits.f32", 64],
  digits_umap2: ["data/digits_umap2.f32", 2],
  met_clip512: ["data/met_clip512.f32", 512],
};

export interface StoredCase {
  name: string;
  tag: string;
}

/** Every stored result of an algorithm, so that none is left out; where there is none, one that is absent, whose test can say so. */
export function storedCases(algorithm: string): StoredCase[] {
  const files = existsSync(`${SHARED}/golden`) ? readdirSync(`${SHARED}/golden`) : [];
  const cases = files.flatMap((file) => {
    const [name, rest] = file.split(".matrix.");
    if (!rest?.startsWith(`${algorithm}.`)) return [];
    return [{ name: name!, tag: rest.slice(algorithm.length + 1, -".json".length) }];
  });
  return cases.length > 0 ? cases : [{ name: "digits", tag: "absent" }];
}

/** A stored result with the rows that it is of, or null without them. */
export function stored<T>(algorithm: string, { name, tag }: StoredCase) {
  const result = shared(`golden/${name}.matrix.${algorithm}${tag && `.${tag}`}.json`);
  const [path, dimensions] = DATASETS[name]!;
  const rows = shared(path);
  return result && rows ? { golden: JSON.parse(result.toString()) as T, values: floats(rows), dimensions } : null;
}

export function floats(file: Buffer): Float32Array {
  return new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
}

/** Agreement of two labelings (Hubert & Arabie 1985); noise counts as a cluster of its own. */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const cells = new Map<string, number>();
  const rows = new Map<number, number>();
  const columns = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const key = `${a[i]} ${b[i]}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
    rows.set(a[i]!, (rows.get(a[i]!) ?? 0) + 1);
    columns.set(b[i]!, (columns.get(b[i]!) ?? 0) + 1);
  }
  const total = (counts: Map<unknown, number>): number => [...counts.values()].reduce((sum, n) => sum + pairs(n), 0);
  const [both, one, other, all] = [total(cells), total(rows), total(columns), pairs(a.length)];
  const expected = (one * other) / all;
  const most = (one + other) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}
