import type { SparseRows } from "../../../src/documents/contract";
import { COMPONENTS, OVERSAMPLING, startBasis } from "../../../src/engine/sparse/subspace";
import { chosenColumns, smoothIdf, weightedRows } from "../../../src/engine/sparse/weighting";
import { run } from "../../../src/kernels";
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
    const pages = [...pagesOf(counts)].map((page) => weightedRows(page, { columns, idf, longest: 0 }));
    const width = Math.min(COMPONENTS + OVERSAMPLING, chosen.length);
    const mark = kernels.mark();
    const [basis, sums] = [kernels.thinMatrix(chosen.length, width), kernels.thinMatrix(chosen.length, width)];
    let start = startBasis(chosen.length, width, 3);
    for (let round = 1; ; round++) {
      // As the stage does it, which keeps the basis between two rounds elsewhere.
      basis.write(0, start);
      sums.write(0, new Float64Array(start.length));
      let energy = 0;
      for (const page of pages) energy += run(kernels.sparseSquare(page, basis, sums, rows));
      if (round < Number(rounds)) {
        run(kernels.orthonormalize(sums, basis));
        start = sums.read();
        continue;
      }
      const found = run(kernels.eigenSymmetric(run(kernels.thinGram(basis, sums)), width, COMPONENTS));
      run(kernels.thinRotate(basis, found.vectors));
      for (const page of pages) run(kernels.sparseProducts(page, basis));
      kernels.release(mark);
      return { columns: chosen.length, captured: found.values.reduce((sum, value) => sum + value, 0) / energy };
    }
  };
};

/** Rows that a page of the stage holds. */
const PAGE_ROWS = 2_048;

function* pagesOf(rows: SparseRows): Generator<SparseRows> {
  for (let from = 0; from + 1 < rows.offsets.length; from += PAGE_ROWS) {
    const offsets = rows.offsets.subarray(from, from + PAGE_ROWS + 1);
    const [first, end] = [offsets[0]!, offsets.at(-1)!];
    yield {
      offsets: offsets.map((at) => at - first),
      indices: rows.indices.subarray(first, end),
      values: rows.values.subarray(first, end),
    };
  }
}
