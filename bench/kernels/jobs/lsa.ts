import {
  accumulate,
  COMPONENTS,
  multiply,
  OVERSAMPLING,
  orthonormalize,
  projectedGram,
  ritzVectors,
  startBasis,
} from "../../../src/engine/sparse/subspace";
import { chosenColumns, smoothIdf, weightedRows } from "../../../src/engine/sparse/weighting";
import { run } from "../../../src/kernels";
import { gridMagic } from "../../../src/kernels/grid";
import type { Job } from "./job";

/** From counts to documents on the components: TF-IDF, `rounds` rounds of subspace iteration, the scores. A row is its indices, then their counts. */
export const lsa: Job = (kernels, { values: packed, rows, dimensions }, { indices: size, rounds }) => {
  const entries = dimensions / 2;
  const at = (row: number, from: number) => packed.subarray(row * dimensions + from, row * dimensions + from + entries);
  const counts = {
    offsets: Int32Array.from({ length: rows + 1 }, (_, row) => row * entries),
    indices: new Uint32Array(rows * entries),
    values: new Float32Array(rows * entries),
  };
  for (let row = 0; row < rows; row++) {
    counts.indices.set(at(row, 0), row * entries);
    counts.values.set(at(row, entries), row * entries);
  }
  return () => {
    const frequencies = new Uint32Array(Number(size));
    for (const index of counts.indices) frequencies[index]! += 1;
    const chosen = chosenColumns(frequencies, rows, true);
    const columns = new Int32Array(Number(size)).fill(-1);
    chosen.forEach((index, column) => {
      columns[index] = column;
    });
    const idf = Float64Array.from(chosen, (index) => smoothIdf(rows, frequencies[index]!));
    const weighted = weightedRows(counts, { columns, idf, longest: 0 });
    const width = Math.min(COMPONENTS + OVERSAMPLING, chosen.length);
    const magic = gridMagic(1, rows);
    let basis = startBasis(chosen.length, width, 3);
    for (let round = 1; ; round++) {
      const sums = new Float64Array(basis.length);
      const energy = accumulate(weighted, basis, width, magic, sums);
      if (round < Number(rounds)) {
        orthonormalize(sums, chosen.length, width);
        basis = sums;
        continue;
      }
      const found = run(kernels.eigenSymmetric(projectedGram(basis, sums, width), width, COMPONENTS));
      const vectors = ritzVectors(basis, found.vectors, width, COMPONENTS, sums);
      const image = new Float64Array(COMPONENTS);
      const { offsets, columns: at, values } = weighted;
      for (let row = 0; row < rows; row++)
        multiply(at, values, offsets[row]!, offsets[row + 1]!, vectors, COMPONENTS, image);
      return { columns: chosen.length, captured: found.values.reduce((sum, value) => sum + value, 0) / energy };
    }
  };
};
