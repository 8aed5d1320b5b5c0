/** Sparse rows times a basis, and bases made orthonormal, against plain loops over the same numbers. */
import { describe, expect, it } from "vitest";
import { startBasis } from "../../../src/engine/sparse/subspace";
import { type Kernels, run, type SparseMatrix, type ThinMatrix } from "../../../src/kernels";
import { BASE_BYTES } from "../../../src/kernels/memory";
import { sparseBytes, thinBytes } from "../../../src/kernels/sparse/memory";
import { generator, plain } from "../support";

/** Rows no longer than 1 of up to eight entries, some without any. */
function sparseRows(rows: number, columns: number): SparseMatrix {
  const random = generator(5);
  const entries = Array.from({ length: rows }, () => {
    const found = new Set(Array.from({ length: Math.floor(9 * random()) }, () => Math.floor(columns * random())));
    return [...found].sort((a, b) => a - b).map((column): [number, number] => [column, (random() - 0.5) / 2]);
  });
  const offsets = Int32Array.from([0, ...entries.map((row) => row.length)]);
  for (let i = 1; i < offsets.length; i++) offsets[i]! += offsets[i - 1]!;
  const flat = entries.flat();
  return {
    offsets,
    columns: Int32Array.from(flat, ([column]) => column),
    values: Float64Array.from(flat, ([, value]) => value),
  };
}

function thin(kernels: Kernels, values: Float64Array, width: number): ThinMatrix {
  const matrix = kernels.thinMatrix(values.length / width, width);
  matrix.write(0, values);
  return matrix;
}

function plainProducts({ offsets, columns, values }: SparseMatrix, basis: Float64Array, width: number): Float64Array {
  const products = new Float64Array((offsets.length - 1) * width);
  for (let row = 0; row + 1 < offsets.length; row++)
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++)
      for (let t = 0; t < width; t++) products[row * width + t]! += values[at]! * basis[columns[at]! * width + t]!;
  return products;
}

function plainSquare(rows: SparseMatrix, basis: Float64Array, width: number): Float64Array {
  const products = plainProducts(rows, basis, width);
  const sums = new Float64Array(basis.length);
  for (let row = 0; row + 1 < rows.offsets.length; row++)
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++)
      for (let t = 0; t < width; t++)
        sums[rows.columns[at]! * width + t]! += rows.values[at]! * products[row * width + t]!;
  return sums;
}

const near = (found: Float64Array, wanted: Float64Array, digits = 12): void => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, digits);
};

const [ROWS, COLUMNS] = [300, 90];
const rows = sparseRows(ROWS, COLUMNS);

describe.each([1, 7, 8, 30])("a sparse matrix times %i vectors", (width) => {
  const basis = startBasis(COLUMNS, width, 1);

  it("is the plain product", () => {
    const kernels = plain();
    near(run(kernels.sparseProducts(rows, thin(kernels, basis, width))), plainProducts(rows, basis, width));
  });

  it("and its transpose have the same bits however the rows are divided, to the grid of the plain ones", () => {
    const kernels = plain();
    const own = thin(kernels, basis, width);
    const [whole, parts] = [kernels.thinMatrix(COLUMNS, width), kernels.thinMatrix(COLUMNS, width)];
    const energy = run(kernels.sparseSquare(rows, own, whole, ROWS));
    let told = 0;
    for (const [from, to] of [
      [123, 300],
      [0, 1],
      [1, 123],
    ] as const)
      told += run(kernels.sparseSquare({ ...rows, offsets: rows.offsets.slice(from, to + 1) }, own, parts, ROWS));
    expect(parts.read()).toEqual(whole.read());
    expect(told).toBe(energy);
    near(whole.read(), plainSquare(rows, basis, width));
    expect(energy).toBeCloseTo(
      rows.values.reduce((sum, value) => sum + value * value, 0),
      12,
    );
  });
});

it("a sparse matrix that does not fit its basis is refused, and memory is left as it was", () => {
  const kernels = plain();
  const basis = kernels.thinMatrix(COLUMNS, 4);
  const before = kernels.mark();
  const one = (columns: number[], offsets = [0, columns.length]): SparseMatrix => ({
    offsets: Int32Array.from(offsets),
    columns: Int32Array.from(columns),
    values: new Float64Array(columns.length).fill(0.1),
  });
  expect(() => run(kernels.sparseProducts(one([3, COLUMNS]), basis))).toThrow("column 90 of entry 1 is outside of 90");
  expect(() => run(kernels.sparseProducts(one([-1]), basis))).toThrow("column -1");
  expect(() => run(kernels.sparseProducts(one([1], [0, 2]), basis))).toThrow("entries 0 to 2 are outside of 1");
  expect(() => run(kernels.sparseSquare(one([1]), basis, kernels.thinMatrix(COLUMNS, 5), 1))).toThrow("sums of 90 × 5");
  kernels.release(before);
  expect(run(kernels.sparseProducts(one([], [0]), basis))).toHaveLength(0);
  expect(run(kernels.sparseProducts(one([], [0, 0]), basis))).toEqual(new Float64Array(4));
  expect(kernels.mark()).toBe(before);
});

describe("a thin matrix", () => {
  it("takes whole rows, adds to them and answers the first of its columns", () => {
    const kernels = plain();
    const matrix = thin(kernels, Float64Array.of(1, 2, 3, 4, 5, 6), 3);
    matrix.add(1, Float64Array.of(10, 20, 30));
    expect([...matrix.read()]).toEqual([1, 2, 3, 14, 25, 36]);
    expect([...matrix.read(2)]).toEqual([1, 2, 14, 25]);
    expect(() => matrix.write(1, new Float64Array(6))).toThrow("rows 1 to 3 are outside of 2");
    expect(() => matrix.add(0, new Float64Array(4))).toThrow("4 values are not whole rows of 3");
  });

  it.each([
    [50, 6],
    [4_500, 9],
  ])("of %i × %i has the plain Gram matrix, and is rotated", (count, width) => {
    const random = generator(8);
    const values = Float64Array.from({ length: count * width }, () => random() - 0.5);
    const kernels = plain();
    const x = thin(kernels, values, width);
    const gram = new Float64Array(width * width);
    for (let row = 0; row < count; row++)
      for (let s = 0; s < width; s++)
        for (let t = 0; t < width; t++) gram[s * width + t]! += values[row * width + s]! * values[row * width + t]!;
    near(run(kernels.thinGram(x, x)), gram, 9);
    const vectors = Float64Array.from({ length: 2 * width }, () => random());
    const rotated = new Float64Array(count * width);
    for (let row = 0; row < count; row++)
      for (let c = 0; c < 2; c++)
        for (let t = 0; t < width; t++) rotated[row * width + c]! += values[row * width + t]! * vectors[c * width + t]!;
    run(kernels.thinRotate(x, vectors));
    near(x.read(), rotated);
  });
});

describe("orthonormal columns", () => {
  const inner = (values: Float64Array, width: number, s: number, t: number) => {
    let sum = 0;
    for (let start = 0; start < values.length; start += width) sum += values[start + s]! * values[start + t]!;
    return sum;
  };
  const orthonormal = (values: Float64Array, width: number) => {
    const kernels = plain();
    const x = thin(kernels, values, width);
    run(kernels.orthonormalize(x, kernels.thinMatrix(values.length / width, width)));
    return x.read();
  };

  it.each([
    ["nearly orthogonal ones", 1],
    ["ones that lean to each other", 1e-2],
    ["ones that lean so far that products forget it", 1e-6],
  ])("are made of %s, and span the same", (_, spread) => {
    const width = 6;
    const values = startBasis(80, width, 3);
    for (let start = 0; start < values.length; start += width)
      for (let t = 1; t < width; t++) values[start + t] = values[start]! + spread * values[start + t]!;
    const found = orthonormal(values, width);
    for (let s = 0; s < width; s++)
      for (let t = 0; t < width; t++) expect(inner(found, width, s, t)).toBeCloseTo(s === t ? 1 : 0, 12);
    // What is left of each column outside of the span is rounding.
    for (let t = 0; t < width; t++) {
      const both = new Float64Array((values.length / width) * (width + 1));
      for (let row = 0; row < values.length / width; row++) {
        both.set(found.subarray(row * width, (row + 1) * width), row * (width + 1));
        both[row * (width + 1) + width] = values[row * width + t]!;
      }
      let left = inner(both, width + 1, width, width);
      for (let s = 0; s < width; s++) left -= inner(both, width + 1, s, width) ** 2;
      expect(Math.abs(left)).toBeLessThan(1e-13);
    }
  });

  it("are zero where one depends on others, or was zero", () => {
    const basis = startBasis(50, 6, 3);
    for (let row = 0; row < 50; row++) {
      basis[row * 6 + 4] = 2 * basis[row * 6]! - basis[row * 6 + 1]!;
      basis[row * 6 + 2] = 0;
    }
    const found = orthonormal(basis, 6);
    for (let s = 0; s < 6; s++)
      for (let t = 0; t < 6; t++) expect(inner(found, 6, s, t)).toBeCloseTo(s === t && s !== 4 && s !== 2 ? 1 : 0, 12);
  });
});

it("they take no more memory than is reckoned", () => {
  const [width, entries] = [30, rows.values.length];
  const bytes = BASE_BYTES + 2 * thinBytes(COLUMNS, width) + sparseBytes(ROWS, COLUMNS, entries, width);
  const kernels = plain(Math.ceil(bytes / 65_536) * 65_536);
  const basis = thin(kernels, startBasis(COLUMNS, width, 1), width);
  const sums = kernels.thinMatrix(COLUMNS, width);
  run(kernels.sparseSquare(rows, basis, sums, ROWS));
  run(kernels.thinGram(basis, sums));
  run(kernels.orthonormalize(sums, basis));
  run(kernels.thinRotate(sums, new Float64Array(width)));
});
