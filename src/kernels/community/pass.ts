/**
 * One pass of Leiden: down by local moving, refinement and aggregation, level by level, until every community is one node; and back up with
 * the community of every node of the graph.
 */
import type { Slices, Step } from "../contract";
import { OutOfMemory } from "../errors";
import type { KernelModule } from "../module";
import { PURPOSE, type SeedWords } from "../random";
import { sliceRows } from "../slices";
import type { LoadedGraph } from "./load";

/** Arcs that one call of local moving looks at: a few milliseconds. */
const ARCS_PER_SLICE = 200_000;
/** What an arc costs in the scalar operations by which slices are cut. */
const OPERATIONS_PER_ARC = 200;
/** More than a graph can have: every level has fewer nodes. Keys the random numbers. */
const LEVELS = 2 ** 16;

export interface PassContext {
  kernel: KernelModule;
  graph: LoadedGraph;
  /** Address of the state that the stages in asm/community share. */
  state: number;
  byDegree: boolean;
  seed: SeedWords;
  step: () => Step;
}

/** `number` keys the random numbers of the pass. Returns how many communities there are; they are connected. */
export function* leidenPass(context: PassContext, number: number): Slices<number> {
  const { kernel, graph, state, seed, step } = context;
  const { raw } = kernel;
  const mark = raw.mark();
  raw.leidenStrengths(state, Number(context.byDegree));
  let nodes = graph.nodes;
  for (let level = 0; ; level++) {
    const shuffle = (purpose: number): void =>
      raw.leidenShuffle(state, seed.low, seed.high, LEVELS * number + level, purpose);

    shuffle(PURPOSE.moving);
    raw.leidenStart(state);
    while (raw.leidenMove(state, ARCS_PER_SLICE) > 0) yield step();
    if (raw.leidenCommunities(state) === nodes) break;

    const operations = OPERATIONS_PER_ARC * (nodes + raw.leidenArcCount(state));
    yield* sliceRows(nodes, operations / nodes, (from, to) => raw.leidenSplit(state, from, to), step);
    shuffle(PURPOSE.refining);
    yield* sliceRows(nodes, operations / nodes, (from, to) => raw.leidenRefine(state, from, to), step);

    yield step();
    const parts = raw.leidenGather(state);
    raw.release(mark);
    if (parts === nodes) break;
    const aggregate = (from: number, to: number): void => {
      if (!raw.leidenAggregate(state, from, to)) throw new OutOfMemory(8 * graph.arcCount, kernel.limitBytes);
    };
    yield* sliceRows(parts, (OPERATIONS_PER_ARC * graph.arcCount) / parts, aggregate, step);
    nodes = parts;
  }
  raw.leidenAscend(state);
  raw.release(mark);
  yield step();
  return raw.leidenComponents(state);
}
