/** The two affinities: a graph of neighbours, or all pairs densely. */
import type { Slices } from "../contract";
import type { Components, Graph } from "../graph/contract";
import { symmetricGraph } from "../graph/graph";
import type { Adjacency } from "../graph/laplacian";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { NeighborLists } from "../neighbors/contract";
import { sliceRows } from "../slices";

/** ½ (C + Cᵀ) of the lists' connectivity C, whose entries are 1. */
export function connectivity(lists: NeighborLists): Slices<Graph> {
  const ones = new Float32Array(lists.neighbors.length).fill(1);
  return symmetricGraph(lists, ones, (a, b) => 0.5 * (a + b));
}

/** exp(−γ ‖x − y‖²) of all pairs of rows; the caller's scope frees it. A row's affinity with itself never counts. */
export function* rbf(kernel: KernelModule, matrix: KernelMatrix, gamma: number): Slices<Adjacency> {
  const { raw } = kernel;
  const { rows: n, dimensions, address } = matrix;
  matrix.peak();
  const weights = kernel.allocate(4 * n * n);
  yield* sliceRows(n, n * (2 * dimensions + 20), (from, to) =>
    raw.rbfAffinities(address, n, dimensions, gamma, from, to, weights),
  );
  const sums = kernel.allocateF64(n);
  raw.denseDegrees(weights, n, sums);
  const degree = kernel.f64(sums, n).slice();
  const scale = kernel.allocateF64(
    n,
    degree.map((sum) => (sum > 0 ? 1 / Math.sqrt(sum) : 0)),
  );
  const scaled = kernel.allocateF64(n);
  const operator = {
    size: n,
    *apply(x: number, y: number): Slices<void> {
      raw.adjacencyScale(n, scale, x, scaled);
      yield* sliceRows(n, 2 * n, (from, to) => raw.denseApply(weights, n, scale, scaled, y, from, to));
    },
  };
  return { operator, degree, components: denseComponents(kernel, weights, n) };
}

/** Connected components where affinities may have vanished, breadth first. */
function denseComponents(kernel: KernelModule, weights: number, n: number): Components {
  const labels = new Int32Array(n).fill(-1);
  const queue = new Int32Array(n);
  const sizes: number[] = [];
  for (let root = 0; root < n; root++) {
    if (labels[root] !== -1) continue;
    let reached = 1;
    labels[root] = sizes.length;
    queue[0] = root;
    for (let head = 0; head < reached && reached < n; head++) {
      const row = kernel.f32(weights + 4 * n * queue[head]!, n);
      for (let to = 0; to < n; to++) {
        if (labels[to] !== -1 || row[to] === 0) continue;
        labels[to] = sizes.length;
        queue[reached++] = to;
      }
    }
    sizes.push(reached);
  }
  return { count: sizes.length, labels, sizes: Int32Array.from(sizes) };
}
