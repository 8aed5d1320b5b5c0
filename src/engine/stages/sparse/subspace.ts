/** One round of the subspace iteration a round: shards multiply, the reduce makes the next basis, or the components once they have settled. */
import type { SubspaceResult } from "../../../domain/run/results";
import type { ThinMatrix } from "../../../kernels/sparse/contract";
import type { Stage, TaskContext } from "../../context";
import { pieceName } from "../../scratch";
import { basisName, stageFeature, sumsName, vectorsName, weightedPages } from "../../sparse/feature";
import { COMPONENTS, fixSigns, OVERSAMPLING, startBasis } from "../../sparse/subspace";
import { thinPieces } from "../../sparse/thin-pieces";

/** The components have settled when what they capture grows by no more than this share. */
const SETTLED = 1e-3;

interface Part {
  from: number;
  to: number;
  energy: number;
}

export const subspace: Stage = {
  async map(context): Promise<Part> {
    const { span, scratch, pulse, task, plan, kernels } = context;
    // A matrix that another track has left here would leave no room.
    context.workspace.drop();
    const basis = await basisOf(context);
    const sums = kernels.thinMatrix(basis.rows, basis.width);
    let energy = 0;
    for await (const { rows, share } of weightedPages(context, stageFeature(context), span))
      energy += await pulse.drain(kernels.sparseSquare(rows, basis, sums, plan.shape.rows), share);
    scratch.put(pieceName(sumsName(stageFeature(context), task.round), span.from, span.to), sums.read());
    return { ...span, energy };
  },

  async reduce(context): Promise<SubspaceResult> {
    const { inputs, scratch, pulse, task, stage, kernels } = context;
    context.workspace.drop();
    const feature = stageFeature(context);
    const { columns, width, components } = sizesOf(context);
    const parts = inputs.parts as Part[];
    const energy = parts.reduce((total, part) => total + part.energy, 0);
    const basis = await basisOf(context);
    const sums = await totalOf(context, parts);
    // The signs of the first round are not orthonormal; the whole space is, and captures everything.
    const whole = width === columns;
    const found = task.round === 0 && !whole ? null : await ritz(context, basis, sums);
    const before = (inputs.previous as SubspaceResult | null)?.captured ?? 0;
    const captured = found?.captured ?? 0;
    const last = task.round + 1 >= stage.maxRounds;
    const converged = found !== null && (whole || last || captured - before <= SETTLED * captured);
    if (converged) {
      await pulse.drain(kernels.thinRotate(basis, found.vectors));
      const vectors = basis.read(components);
      pulse.compute(() => fixSigns(vectors, components));
      scratch.put(vectorsName(feature), vectors);
    } else {
      await pulse.drain(kernels.orthonormalize(sums, basis));
      scratch.put(basisName(feature, task.round + 1), sums.read());
    }
    return { converged, captured, energy, components, rounds: task.round + 1 };
  },
};

/** What the basis captures, and the rotation to its Ritz vectors. */
async function ritz(context: TaskContext, basis: ThinMatrix, sums: ThinMatrix) {
  const { pulse, kernels } = context;
  const { width, components } = sizesOf(context);
  const gram = await pulse.drain(kernels.thinGram(basis, sums));
  const { values, vectors } = await pulse.drain(kernels.eigenSymmetric(gram, width, components));
  return { captured: values.reduce((total, value) => total + Math.max(0, value), 0), vectors };
}

function sizesOf(context: TaskContext) {
  const { columns } = context.results[`terms/${stageFeature(context)}`]!;
  return {
    columns,
    width: Math.min(COMPONENTS + OVERSAMPLING, columns),
    components: Math.min(COMPONENTS, columns),
  };
}

async function basisOf(context: TaskContext): Promise<ThinMatrix> {
  const { task, spec, pulse, kernels } = context;
  const { columns, width } = sizesOf(context);
  const basis = kernels.thinMatrix(columns, width);
  if (task.round === 0) pulse.compute(() => basis.write(0, startBasis(columns, width, spec.seed)));
  else
    for await (const { from, values } of thinPieces(context, basisName(stageFeature(context), task.round), basis))
      basis.write(from, values);
  return basis;
}

/** The sum of the parts, read piece by piece: a whole one beside the basis and the sums would be too much. */
async function totalOf(context: TaskContext, parts: Part[]): Promise<ThinMatrix> {
  const { task, pulse, kernels } = context;
  const { columns, width } = sizesOf(context);
  const sums = kernels.thinMatrix(columns, width);
  for (const [i, part] of parts.entries()) {
    const name = pieceName(sumsName(stageFeature(context), task.round), part.from, part.to);
    for await (const { from, values } of thinPieces(context, name, sums)) pulse.compute(() => sums.add(from, values));
    pulse.beat({ done: i + 1, total: parts.length });
  }
  return sums;
}
