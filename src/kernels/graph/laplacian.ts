/**
 * Smallest eigenpairs of the normalised Laplacian I − D^-½ W D^-½, as the largest of D^-½ W D^-½. What is known is not searched: every connected
 * component has the value 0 with the vector D^½ on its nodes, so these are written down and the iteration runs beside them. Memory: the
 * graph (8 bytes an entry), 8 n (basis + 3) bytes.
 */
import type { Slices } from "../contract";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { Components, Eigenpairs, Graph, LaplacianOptions } from "./contract";
import { components, degrees } from "./graph";
import { largestEigenpairs, type SymmetricOperator } from "./lanczos";

const TOLERANCE = 1e-9;
/** Far more than any graph of neighbours took; only a bound. */
const APPLICATIONS_PER_PAIR = 2_000;

export function laplacianEigenpairs(
  kernel: KernelModule,
  graph: Graph,
  { count, tolerance = TOLERANCE, confirm = true }: LaplacianOptions,
): Slices<Eigenpairs> {
  if (!Number.isInteger(count) || count < 1 || count > graph.nodes) {
    throw new RangeError(`count must be from 1 to ${graph.nodes}, not ${count}`);
  }
  const degree = degrees(graph);
  return kernel.scopedSlices(() => {
    const operator = normalizedAdjacency(kernel, graph, degree);
    return smallestPairs(kernel, { operator, degree, components: components(graph) }, { count, tolerance, confirm });
  });
}

/** A weighted graph as its Laplacian's eigenpairs see it. */
export interface Adjacency {
  /** D^-½ W D^-½, in the module's memory. */
  operator: SymmetricOperator;
  /** Summed weights of each node's edges. */
  degree: Float64Array;
  components: Components;
}

/** See `GraphKernels.laplacianEigenpairs`, for any way to hold the weights. */
export function* smallestPairs(
  kernel: KernelModule,
  { operator, degree, components }: Adjacency,
  { count, tolerance, confirm }: Required<LaplacianOptions>,
): Slices<Eigenpairs> {
  const n = operator.size;
  const known = nullVectors(components, degree, count);
  const zeros = known.length / n;
  if (zeros === count) return finish(known, null);
  const found = yield* largestEigenpairs(kernel, operator, {
    count: count - zeros,
    tolerance,
    confirm,
    maxApplications: APPLICATIONS_PER_PAIR * count,
    deflated: known,
  });
  return finish(known, found);

  function finish(fixed: Float64Array, rest: Eigenpairs | null): Eigenpairs {
    const vectors = new Float64Array(count * n);
    vectors.set(fixed);
    const values = new Float64Array(count);
    const residuals = new Float64Array(count);
    if (rest) {
      vectors.set(rest.vectors, fixed.length);
      // Rounding may leave a value a hair beyond its range.
      values.set(
        rest.values.map((value) => Math.max(0, 1 - value)),
        zeros,
      );
      residuals.set(rest.residuals, zeros);
    }
    return {
      values,
      vectors,
      residuals,
      applications: rest?.applications ?? 0,
      converged: rest?.converged ?? true,
    };
  }
}

/** D^½ on each of the largest components (the lower one of equals), at most `limit`, to unit length. */
function nullVectors({ count, labels, sizes }: Components, degree: Float64Array, limit: number): Float64Array {
  const n = labels.length;
  const chosen = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, limit);
  const place = new Int32Array(count).fill(-1);
  for (const [at, label] of chosen.entries()) place[label] = at;
  const mass = new Float64Array(chosen.length);
  // A node without edges is its whole component.
  const weight = (i: number): number => (degree[i]! > 0 ? degree[i]! : 1);
  for (let i = 0; i < n; i++) if (place[labels[i]!]! >= 0) mass[place[labels[i]!]!]! += weight(i);
  const vectors = new Float64Array(chosen.length * n);
  for (let i = 0; i < n; i++) {
    const at = place[labels[i]!]!;
    if (at >= 0) vectors[at * n + i] = Math.sqrt(weight(i) / mass[at]!);
  }
  return vectors;
}

/** Copies the graph into the module's memory; the caller's scope frees it. */
function normalizedAdjacency(kernel: KernelModule, graph: Graph, degree: Float64Array): SymmetricOperator {
  const { raw } = kernel;
  const n = graph.nodes;
  const entries = graph.neighbors.length;
  const offsets = kernel.allocateI32(n + 1, graph.offsets);
  const neighbors = kernel.allocateI32(entries, graph.neighbors);
  const weights = kernel.allocateF32(entries, graph.weights);
  const scale = kernel.allocateF64(
    n,
    degree.map((sum) => (sum > 0 ? 1 / Math.sqrt(sum) : 0)),
  );
  const scaled = kernel.allocateF64(n);
  const operations = (4 * entries) / Math.max(n, 1) + 4;
  return {
    size: n,
    *apply(x, y) {
      raw.adjacencyScale(n, scale, x, scaled);
      yield* sliceRows(n, operations, (from, to) =>
        raw.adjacencyApply(offsets, neighbors, weights, scale, scaled, y, from, to),
      );
    },
  };
}
