/**
 * Leiden: passes (`pass.ts`) from the partition that the last one left. Cost O(arcs) a pass in practice; memory in `leidenBytes`.
 * Deterministic: the same graph and seed give the same bytes.
 */
import type { Slices, Step } from "../contract";
import type { Graph } from "../graph/contract";
import type { KernelModule } from "../module";
import { seedWords } from "../random";
import type { LeidenOptions, LeidenResult } from "./contract";
import { numberBySize } from "./labels";
import { loadGraph } from "./load";
import { leidenPass, type PassContext } from "./pass";

/** Gains below this share of the mean degree are rounding. */
const TOLERANCE = 1e-10;
/** Independent starts where the caller asks for a stable partition: single ones end in poor optima now and then. */
const STABLE_STARTS = 3;

export function leiden(kernel: KernelModule, graph: Graph, options: LeidenOptions): Slices<LeidenResult> {
  const { resolution, iterations, minClusterSize } = options;
  if (!(resolution >= 0 && resolution < Infinity)) throw new RangeError(`resolution must be ≥ 0, not ${resolution}`);
  if (!Number.isInteger(iterations) || iterations < -1) {
    throw new RangeError(`iterations must be a whole number ≥ -1, not ${iterations}`);
  }
  if (!(minClusterSize >= 0)) throw new RangeError(`minClusterSize must be ≥ 0, not ${minClusterSize}`);
  return kernel.scopedSlices(() => bestPartition(kernel, graph, options));
}

function* bestPartition(kernel: KernelModule, given: Graph, options: LeidenOptions): Slices<LeidenResult> {
  const { raw } = kernel;
  const graph = yield* loadGraph(kernel, given);
  const { nodes } = graph;
  const state = kernel.allocate(raw.leidenBytes());
  const arrays = kernel.allocate(nodes * raw.leidenNodeBytes());
  const start = (): void => raw.leidenBind(state, nodes, graph.offsets, graph.arcs, arrays);
  start();
  const weight = raw.leidenStrengths(state, 1);
  const byDegree = options.objective !== "CPM";
  const resolution = options.objective === "modularity" ? 1 : options.resolution;
  const scale = byDegree ? (weight > 0 ? resolution / weight : 0) : resolution;
  raw.leidenObjective(state, scale, (TOLERANCE * weight) / Math.max(1, nodes));

  let passes = 0;
  const step = (): Step => ({ done: passes, total: Math.max(options.iterations, passes + 1) });
  const context: PassContext = { kernel, graph, state, byDegree, seed: seedWords(options.seed), step };
  const membership = (): Int32Array => kernel.i32(raw.leidenMembership(state), nodes);
  const quality = (): number => {
    raw.leidenStrengths(state, Number(byDegree));
    // leidenalg counts pairs of distinct nodes for CPM: a node's pair with itself is given back.
    return raw.leidenInside(state) - scale * raw.leidenSquares(state) + (byDegree ? 0 : scale * nodes);
  };
  const modularity = (): number => {
    raw.leidenStrengths(state, 1);
    return weight > 0 ? (raw.leidenInside(state) - raw.leidenSquares(state) / weight) / weight : 0;
  };
  function* untilStable(): Slices<number> {
    for (let [last, value] = [-Infinity, -Infinity]; ; last = value) {
      yield* leidenPass(context, passes++);
      value = quality();
      if (value <= last + TOLERANCE * weight) return value;
    }
  }

  if (options.iterations === -1) {
    let best = -Infinity;
    let kept = membership().slice();
    for (let i = 0; i < STABLE_STARTS; i++) {
      start();
      const value = yield* untilStable();
      if (value > best) [best, kept] = [value, membership().slice()];
    }
    membership().set(kept);
  } else {
    while (passes < options.iterations) yield* leidenPass(context, passes++);
  }
  yield step();
  const newman = modularity();
  yield step();
  const value = options.objective === "modularity" ? newman : quality();
  yield step();
  const numbered = numberBySize(membership(), options.minClusterSize);
  return { ...numbered, quality: value, modularity: newman, passes };
}
