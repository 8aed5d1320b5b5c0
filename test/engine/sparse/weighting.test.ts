import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SparseRows } from "../../../src/documents/contract";
import { chosenColumns, MOST_COLUMNS, smoothIdf, weightedRows } from "../../../src/engine/sparse/weighting";
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
