import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SparseRows } from "../../../src/documents/contract";
import { accumulate, multiply, orthonormalize, startBasis } from "../../../src/engine/sparse/subspace";
import { chosenColumns, MOST_COLUMNS, smoothIdf, weightedRows } from "../../../src/engine/sparse/weighting";
import { gridMagic } from "../../../src/kernels/grid";
import { naturalLog } from "../../../src/kernels/natural-log";

interface Reference {
  counts: [number, number][][];
  weights: [number, number][][];
}
/** By scikit-learn; see reference.py. */
const reference: Reference = JSON.parse(readFileSync(`${import.meta.dirname}/reference.json`, "utf8"));

function sparseRows(rows: [number, number][][]): SparseRows {
  const offsets = Int32Array.from([0, ...rows.map((row) => row.length)]);
  for (let i = 1; i < offsets.length; i++) offsets[i]! += offsets[i - 1]!;
  const entries = rows.flat();
  return {
    offsets,
    indices: Uint32Array.from(entries, ([index]) => index),
    values: Float32Array.from(entries, ([, value]) => value),
  };
}

describe("the natural logarithm", () => {
  it("is that of the engine to a few units in the last place", () => {
    for (const x of [1e-300, 1e-5, 0.1, 0.5, Math.SQRT1_2, 1, Math.SQRT2, 2, Math.E, 3, 10, 1e6, 12_345.678, 1e300])
      expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))));
    expect(naturalLog(1)).toBe(0);
  });
});

describe("TF-IDF", () => {
  const frequencies = new Uint32Array(40);
  for (const row of reference.counts) for (const [index] of row) frequencies[index]! += 1;
  const n = reference.counts.length;

  it("has scikit-learn's weights", () => {
    const columns = Int32Array.from({ length: 40 }, (_, i) => i);
    const idf = Float64Array.from(frequencies, (df) => smoothIdf(n, df));
    const made = weightedRows(sparseRows(reference.counts), { columns, idf, longest: 0 });
    const wanted = sparseRows(reference.weights);
    expect([...made.offsets]).toEqual([...wanted.offsets]);
    const exact = reference.weights.flat().map(([, value]) => value);
    for (const [i, value] of exact.entries()) expect(made.values[i]).toBeCloseTo(value, 10);
  });

  it("leaves columns out and makes the rest of the row one long", () => {
    const columns = new Int32Array(40).fill(-1);
    columns[3] = 0;
    columns[13] = 1;
    const made = weightedRows(
      sparseRows([
        [
          [3, 2],
          [5, 9],
          [13, 1],
        ],
        [[5, 1]],
      ]),
      {
        columns,
        idf: Float64Array.of(1, 2),
        longest: 0,
      },
    );
    expect([...made.offsets]).toEqual([0, 2, 2]);
    expect(Math.hypot(made.values[0]!, made.values[1]!)).toBeCloseTo(1, 15);
  });

  it("takes indices that tell documents apart, the heaviest where there are too many", () => {
    const few = Uint32Array.of(0, 1, 2, 60, 100);
    expect([...chosenColumns(few, 100, true)]).toEqual([2, 3]);
    expect([...chosenColumns(few, 100, false)]).toEqual([1, 2, 3, 4]);
    expect([...chosenColumns(Uint32Array.of(0, 1, 20), 20, true)]).toEqual([1, 2]);
    const many = Uint32Array.from({ length: MOST_COLUMNS + 500 }, (_, i) => (i % 3 === 0 ? 40 : 2));
    const kept = chosenColumns(many, 100, true);
    expect(kept).toHaveLength(MOST_COLUMNS);
    expect(kept.filter((index) => index % 3 === 0)).toHaveLength(Math.ceil(many.length / 3));
    expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
  });

  it("scales values that are taken as they are by the longest row", () => {
    const made = weightedRows(
      sparseRows([
        [
          [0, 3],
          [1, -4],
        ],
      ]),
      {
        columns: Int32Array.of(0, 1),
        idf: null,
        longest: 5,
      },
    );
    expect([...made.values]).toEqual([0.6, -0.8]);
  });
});

describe("a basis", () => {
  it("becomes orthonormal, and what depends on others zero", () => {
    const basis = startBasis(50, 6, 3);
    for (let row = 0; row < 50; row++) basis[row * 6 + 4] = 2 * basis[row * 6]! - basis[row * 6 + 1]!;
    orthonormalize(basis, 50, 6);
    for (let s = 0; s < 6; s++)
      for (let t = 0; t < 6; t++) {
        let sum = 0;
        for (let row = 0; row < 50; row++) sum += basis[row * 6 + s]! * basis[row * 6 + t]!;
        expect(sum).toBeCloseTo(s === t && s !== 4 ? 1 : 0, 12);
      }
  });

  it("is multiplied with the same bits however the rows are divided", () => {
    const rows = weightedRows(sparseRows(reference.weights), {
      columns: Int32Array.from({ length: 40 }, (_, i) => i),
      idf: null,
      longest: 1.000001,
    });
    const basis = startBasis(40, 7, 1);
    const magic = gridMagic(1, 60);
    const part = (from: number, to: number) => ({ ...rows, offsets: rows.offsets.slice(from, to + 1) });
    const whole = new Float64Array(280);
    const energy = accumulate(rows, basis, 7, magic, whole);
    const [a, b] = [new Float64Array(280), new Float64Array(280)];
    const second = accumulate(part(23, 60), basis, 7, magic, b);
    const first = accumulate(part(0, 23), basis, 7, magic, a);
    expect(a.map((sum, i) => sum + b[i]!)).toEqual(whole);
    expect(first + second).toBe(energy);
    // And they are those of plain sums, to the grid.
    const image = new Float64Array(7);
    const plain = new Float64Array(280);
    for (let row = 0; row < 60; row++) {
      const [from, to] = [rows.offsets[row]!, rows.offsets[row + 1]!];
      multiply(rows.columns, rows.values, from, to, basis, 7, image);
      for (let at = from; at < to; at++)
        for (let t = 0; t < 7; t++) plain[rows.columns[at]! * 7 + t]! += rows.values[at]! * image[t]!;
    }
    for (const [i, sum] of plain.entries()) expect(whole[i]).toBeCloseTo(sum, 12);
  });
});
