/**
 * Lays out all rows together, as a step of the preparation or as the map: a loop whose first round makes the graph and the start, and each
 * of whose rounds takes it on by some epochs. What a round hands to the next lies in scratch, so a worker that dies loses one round.
 */
import type { LayoutResult, StoredArrays } from "../../domain/run/results";
import type { LayoutStep } from "../../domain/run/types";
import type { Stage, TaskContext } from "../context";
import type { Parcel } from "../layouts/layout";
import { layoutOf } from "../layouts/methods";
import { matrixSlices } from "../matrices";
import { neighborLists } from "../neighbors";
import { projected } from "../prepare";
import { pieceName, type Scratch } from "../scratch";
import { meanName, viewOf } from "../views";

export interface LayoutParams extends Record<string, unknown> {
  /** The view that is laid out. */
  view: number;
  step: LayoutStep;
  /** Scratch name of the principal axes that the start takes coordinates on, or null. */
  axes: string | null;
  /** Scratch name of the layout's coordinates. */
  output: string;
  epochsPerRound: number;
}

/** Coordinates in a piece of the finished layout: a few MiB. */
const PIECE_VALUES = 1024 * 1024;

export const layout: Stage = {
  async map(context): Promise<LayoutResult> {
    const { stage, plan, task, kernels, scratch, workspace, inputs, pulse } = context;
    const { rows } = plan.shape;
    const { step, output, epochsPerRound } = stage.params as LayoutParams;
    const method = layoutOf(step);
    const epochs = method.epochs(step, rows);
    const name = `layout/${task.stage}`;
    const previous = inputs.previous as LayoutResult | null;
    // The matrix is no longer needed, and the graph takes its place.
    const coordinates = previous ? new Float32Array() : await startCoordinates(context);
    workspace.drop();
    const graph = previous ? await readParcel(scratch, previous.graph) : await makeGraph(context);
    const state = previous
      ? { epoch: previous.epoch, ...(await readParcel(scratch, previous.state)) }
      : await pulse.drain(method.start(kernels, rows, graph, coordinates, step), () => ({ done: 0, total: epochs }));
    const until = Math.min(epochs, state.epoch + epochsPerRound);
    const next = await pulse.drain(method.advance(kernels, rows, graph, state, step, until), ({ done, total }) => ({
      done: state.epoch + (done / Math.max(total, 1)) * (until - state.epoch),
      total: epochs,
    }));
    // A layout may come to rest before its last epoch.
    const converged = until >= epochs || next.epoch < until;
    if (converged) {
      const made = putCoordinates(context, output, next.floats[0]!);
      return { epoch: next.epoch, converged, graph: NOTHING, state: NOTHING, ...made };
    }
    return {
      epoch: next.epoch,
      converged,
      graph: previous?.graph ?? putParcel(scratch, `${name}/graph`, graph),
      state: putParcel(scratch, `${name}/${task.round}`, next),
      pieces: [],
      maxAbs: 0,
    };
  },
};

async function makeGraph(context: TaskContext): Promise<Parcel> {
  const { stage, plan, kernels, pulse } = context;
  const { view, step } = stage.params as LayoutParams;
  const method = layoutOf(step);
  const { rows } = plan.shape;
  const lists = await neighborLists(context, { view, metric: method.metric(step), k: method.neighbors(step, rows) });
  return pulse.drain(method.graph(kernels, lists, step), () => ({ done: 0, total: 1 }));
}

/** Rows on their principal axes, rows × axes, for the layouts that start there. */
async function startCoordinates(context: TaskContext): Promise<Float32Array> {
  const { stage, plan, scratch } = context;
  const { view, axes: name } = stage.params as LayoutParams;
  if (name === null) return new Float32Array();
  const axes = await scratch.doubles(name);
  const mean = await scratch.doubles(meanName(plan, view));
  const { rows } = plan.shape;
  const count = axes.length / viewOf(plan, view).dimensions;
  const coordinates = new Float32Array(rows * count);
  for await (const { from, values } of matrixSlices(context, { from: 0, to: rows }, view))
    coordinates.set(projected(context, values, { mean, axes, count }), from * count);
  return coordinates;
}

const NOTHING: StoredArrays = { ints: [], floats: [], numbers: [] };

function putParcel(scratch: Scratch, name: string, { ints, floats, numbers }: Parcel): StoredArrays {
  const put = (kind: string, values: Int32Array | Float32Array, i: number): string => {
    scratch.put(`${name}/${kind}/${i}`, values as Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>);
    return `${name}/${kind}/${i}`;
  };
  return {
    ints: ints.map((values, i) => put("ints", values, i)),
    floats: floats.map((values, i) => put("floats", values, i)),
    numbers,
  };
}

async function readParcel(scratch: Scratch, { ints, floats, numbers }: StoredArrays): Promise<Parcel> {
  const found: Parcel = { ints: [], floats: [], numbers };
  // Copies: what lies in the memory of scratch must stay as it is.
  for (const name of ints) found.ints.push((await scratch.ints(name)).slice());
  for (const name of floats) found.floats.push((await scratch.floats(name)).slice());
  return found;
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
