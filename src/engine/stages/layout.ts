/**
 * Lays out all rows together, as a step of the preparation or as the map: a loop whose first round makes the graph and the start, and each
 * of whose rounds takes it on by some epochs. The state between two rounds lies in scratch, so a worker that dies loses one round.
 */
import type { LayoutResult } from "../../domain/run/results";
import type { LayoutStep } from "../../domain/run/types";
import type { Slices } from "../../kernels/contract";
import type { Graph } from "../../kernels/graph/contract";
import type { Stage, TaskContext } from "../context";
import type { LayoutState } from "../layouts/layout";
import { layoutOf } from "../layouts/methods";
import { neighborLists } from "../neighbors";
import { pieceName } from "../scratch";

export interface LayoutParams extends Record<string, unknown> {
  /** The view that is laid out. */
  view: number;
  step: LayoutStep;
  /** Scratch name of the coordinates. */
  output: string;
  epochsPerRound: number;
}

/** Rows of a piece of the finished coordinates: a few MiB. */
const PIECE_VALUES = 1024 * 1024;

export const layout: Stage = {
  async map(context): Promise<LayoutResult> {
    const { stage, plan, kernels, workspace, inputs } = context;
    const { step, output, epochsPerRound } = stage.params as LayoutParams;
    const method = layoutOf(step);
    // The matrix is no longer needed, and the graph takes its place.
    workspace.drop();
    const previous = inputs.previous as LayoutResult | null;
    const graph = previous ? await readGraph(context) : await makeGraph(context);
    const epochs = method.epochs(step, plan.shape.rows);
    const drain = <T>(slices: Slices<T>, from: number, to: number) =>
      context.pulse.drain(slices, ({ done, total }) => ({
        done: from + (done / Math.max(total, 1)) * (to - from),
        total: epochs,
      }));
    const before = previous
      ? await readState(context, previous)
      : await drain(method.start(kernels, graph, step), 0, 0);
    const until = Math.min(epochs, before.epoch + epochsPerRound);
    const state = await drain(method.advance(kernels, graph, before, step, until), before.epoch, until);
    const converged = state.epoch >= epochs;
    if (!converged) return { epoch: state.epoch, converged, pieces: [], maxAbs: 0, state: putState(context, state) };
    return { epoch: state.epoch, converged, state: [], ...putCoordinates(context, output, state.arrays[0]!) };
  },
};

const graphName = ({ task }: TaskContext, part: string): string => `layout/${task.stage}/graph/${part}`;

async function makeGraph(context: TaskContext): Promise<Graph> {
  const { stage, plan, scratch, kernels, pulse } = context;
  const { view, step, epochsPerRound } = stage.params as LayoutParams;
  const method = layoutOf(step);
  const { rows } = plan.shape;
  const lists = await neighborLists(context, { view, metric: method.metric(step), k: method.neighbors(step, rows) });
  const graph = await pulse.drain(method.graph(kernels, lists, step), () => ({ done: 0, total: 1 }));
  if (method.epochs(step, rows) > epochsPerRound) {
    scratch.put(graphName(context, "offsets"), graph.offsets as Int32Array<ArrayBuffer>);
    scratch.put(graphName(context, "neighbors"), graph.neighbors as Int32Array<ArrayBuffer>);
    scratch.put(graphName(context, "weights"), graph.weights as Float32Array<ArrayBuffer>);
  }
  return graph;
}

async function readGraph(context: TaskContext): Promise<Graph> {
  const { scratch, plan } = context;
  const offsets = await scratch.ints(graphName(context, "offsets"));
  const neighbors = await scratch.ints(graphName(context, "neighbors"));
  const weights = await scratch.floats(graphName(context, "weights"));
  return { nodes: plan.shape.rows, offsets, neighbors, weights };
}

/** Writes the arrays of the state and answers their names. */
function putState({ scratch, task }: TaskContext, { arrays }: LayoutState): string[] {
  return arrays.map((values, i) => {
    const name = `layout/${task.stage}/${task.round}/${i}`;
    scratch.put(name, values as Float32Array<ArrayBuffer>);
    return name;
  });
}

async function readState({ scratch }: TaskContext, { epoch, state }: LayoutResult): Promise<LayoutState> {
  const arrays: Float32Array[] = [];
  for (const name of state) arrays.push((await scratch.floats(name)).slice());
  return { epoch, arrays };
}

function putCoordinates({ scratch, plan, pulse }: TaskContext, name: string, coordinates: Float32Array) {
  const { rows } = plan.shape;
  const components = coordinates.length / rows;
  const step = Math.max(1, Math.floor(PIECE_VALUES / components));
  const pieces: number[] = [];
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(from + step, rows);
    scratch.put(pieceName(name, from, to), coordinates.slice(from * components, to * components));
    pieces.push(from);
  }
  const maxAbs = pulse.compute(() => coordinates.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  return { pieces: [...pieces, rows], maxAbs };
}
