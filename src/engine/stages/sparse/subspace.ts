/** One round of the subspace iteration a round: shards multiply, the reduce makes the next basis, or the components once they have settled. */
import type { SubspaceResult } from "../../../domain/run/results";
import { gridMagic } from "../../../kernels/grid";
import type { Stage, TaskContext } from "../../context";
import { pieceName } from "../../scratch";
import { basisName, stageFeature, sumsName, vectorsName, weightedPages } from "../../sparse/feature";
import {
  accumulate,
  COMPONENTS,
  OVERSAMPLING,
  orthonormalize,
  projectedGram,
  ritzVectors,
  startBasis,
} from "../../sparse/subspace";

/** The components have settled when what they capture grows by no more than this share. */
const SETTLED = 1e-4;
/** Bytes of a part that are read at a time. */
const PIECE_BYTES = 4 * 1024 * 1024;

interface Part {
  from: number;
  to: number;
  energy: number;
}

export const subspace: Stage = {
  async map(context): Promise<Part> {
    const { span, scratch, pulse, task, plan } = context;
    const feature = stageFeature(context);
    const { columns, width } = sizesOf(context);
    const basis = await basisOf(context);
    const sums = new Float64Array(columns * width);
    const magic = gridMagic(1, plan.shape.rows);
    let energy = 0;
    for await (const { rows } of weightedPages(context, feature, span))
      energy += pulse.compute(() => accumulate(rows, basis, width, magic, sums));
    scratch.put(pieceName(sumsName(feature, task.round), span.from, span.to), sums);
    return { ...span, energy };
  },

  async reduce(context): Promise<SubspaceResult> {
    const { inputs, scratch, pulse, task, stage } = context;
    const feature = stageFeature(context);
    const { columns, width, components } = sizesOf(context);
    const parts = inputs.parts as Part[];
    const sums = await totalOf(context, parts);
    const energy = parts.reduce((total, part) => total + part.energy, 0);
    const found = task.round === 0 ? null : await ritz(context, sums);
    const before = (inputs.previous as SubspaceResult | null)?.captured ?? 0;
    const captured = found?.captured ?? 0;
    const last = task.round + 1 >= stage.maxRounds;
    const converged = found !== null && (last || captured - before <= SETTLED * captured);
    if (converged) await settle(context, found.vectors, sums);
    else {
      pulse.compute(() => orthonormalize(sums, columns, width));
      scratch.put(basisName(feature, task.round + 1), sums);
    }
    return { converged, captured, energy, components, rounds: task.round + 1 };
  },
};

/** What the basis captures, and the rotation to its Ritz vectors. From the second round on the basis is orthonormal. */
async function ritz(context: TaskContext, sums: Float64Array): Promise<{ captured: number; vectors: Float64Array }> {
  const { pulse, kernels } = context;
  const { width, components } = sizesOf(context);
  // Not held any longer than this: the basis, the sums and a copy of them would be too much together.
  const basis = await basisOf(context);
  const gram = pulse.compute(() => projectedGram(basis, sums, width));
  const { values, vectors } = await pulse.drain(kernels.eigenSymmetric(gram, width, components));
  return { captured: values.reduce((total, value) => total + Math.max(0, value), 0), vectors };
}

/** Puts the components where the sums were. */
async function settle(context: TaskContext, vectors: Float64Array, sums: Float64Array<ArrayBuffer>): Promise<void> {
  const { pulse, scratch } = context;
  const { width, components } = sizesOf(context);
  const basis = await basisOf(context);
  const made = pulse.compute(() => ritzVectors(basis, vectors, width, components, sums));
  scratch.put(vectorsName(stageFeature(context)), made);
}

function sizesOf(context: TaskContext) {
  const { columns } = context.results[`terms/${stageFeature(context)}`]!;
  return {
    columns,
    width: Math.min(COMPONENTS + OVERSAMPLING, columns),
    components: Math.min(COMPONENTS, columns),
  };
}

async function basisOf(context: TaskContext): Promise<Float64Array> {
  const { task, scratch, spec, pulse } = context;
  const { columns, width } = sizesOf(context);
  if (task.round === 0) return pulse.compute(() => startBasis(columns, width, spec.seed));
  return scratch.doubles(basisName(stageFeature(context), task.round));
}

/** The sum of the parts, read piece by piece: two whole ones beside the basis would be too much. */
async function totalOf(context: TaskContext, parts: Part[]): Promise<Float64Array<ArrayBuffer>> {
  const { scratch, task, pulse } = context;
  const { columns, width } = sizesOf(context);
  const sums = new Float64Array(columns * width);
  for (const [i, { from, to }] of parts.entries()) {
    const name = pieceName(sumsName(stageFeature(context), task.round), from, to);
    for (let at = 0; at < sums.byteLength; at += PIECE_BYTES) {
      const bytes = await scratch.range(name, at, Math.min(PIECE_BYTES, sums.byteLength - at));
      const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
      const piece = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 8);
      pulse.compute(() => {
        for (let k = 0; k < piece.length; k++) sums[at / 8 + k]! += piece[k]!;
      });
    }
    pulse.beat({ done: i + 1, total: parts.length });
  }
  return sums;
}
