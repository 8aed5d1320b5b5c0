/** Lloyd's rounds over the fitted rows of all shards: assign and sum per shard, update in the reduce, until the centroids stand still. */
import type { LloydResult } from "../../domain/run/results";
import { updateCentroids } from "../../kernels/math";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, fittedMatrix } from "../matrices";
import { pieceName } from "../scratch";
import { putSums, totalSums } from "./sums";

const roundName = (round: number): string => `lloyd/${round}`;

export const lloyd: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, task, scratch, kernels, pulse } = context;
    const centroids = await scratch.floats(startOf(context));
    const clusters = centroids.length / context.plan.shape.dimensions;
    const matrix = await fittedMatrix(context, span);
    const { sums } = await pulse.drain(kernels.assign(matrix, centroids, clusters, centeredGrid(context)));
    putSums(scratch, pieceName(`${roundName(task.round)}/sums`, span.from, span.to), sums);
    return span;
  },

  async reduce(context): Promise<LloydResult> {
    const { inputs, task, scratch, plan, spec, results } = context;
    if (spec.method.kind !== "kmeans") throw new TypeError("k-means parameters are missing");
    const { dimensions } = plan.shape;
    const previous = await scratch.floats(startOf(context));
    const parts = inputs.parts as { from: number; to: number }[];
    const sums = await totalSums(scratch, `${roundName(task.round)}/sums`, parts, previous.length / dimensions);
    const { centroids, shift } = updateCentroids(previous, sums, dimensions);
    const name = `${roundName(task.round)}/centroids`;
    scratch.put(name, centroids.slice());
    return {
      inertia: sums.inertia,
      firstInertia: (inputs.previous as LloydResult | null)?.firstInertia ?? sums.inertia,
      iterations: task.round + 1,
      shift,
      converged: shift <= spec.method.params.tol * results.moments!.meanVariance,
      centroids: name,
    };
  },
};

const startOf = ({ inputs, results }: TaskContext): string =>
  (inputs.previous as LloydResult | null)?.centroids ?? results.coreset_solve!.centroids;
