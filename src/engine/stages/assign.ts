/** Every row to its nearest centroid of the k-means solution. */
import type { AssignResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix } from "../matrices";
import { boundsOf, pieceName } from "../scratch";
import { settle } from "./clusters";
import { Nearest } from "./nearest";
import { putSums, totalSums } from "./sums";

export const assign: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, scratch, kernels, pulse } = context;
    const centroids = await scratch.floats(solution(context));
    const clusters = centroids.length / context.plan.shape.dimensions;
    const matrix = await centeredMatrix(context, span);
    const found = await pulse.drain(kernels.assign(matrix, centroids, clusters, centeredGrid(context)));
    const nearest = new Nearest(clusters);
    found.labels.forEach((label, i) => {
      nearest.add(label, span.from + i, found.distances[i]!);
    });
    scratch.put(pieceName("labels", span.from, span.to), found.labels.slice());
    scratch.put(pieceName("distances", span.from, span.to), found.distances.slice());
    scratch.put(pieceName("assign/nearest", span.from, span.to), nearest.pairs);
    putSums(scratch, pieceName("assign/sums", span.from, span.to), found.sums);
    return span;
  },

  async reduce(context): Promise<AssignResult> {
    const { inputs, scratch, plan } = context;
    const parts = inputs.parts as { from: number; to: number }[];
    const means = await scratch.floats(solution(context));
    const clusters = means.length / plan.shape.dimensions;
    const sums = await totalSums(scratch, "assign/sums", parts, clusters);
    const nearest = await Nearest.total(scratch, "assign/nearest", parts, clusters);
    return settle(context, { means, sums, nearest, bounds: boundsOf(parts) });
  },
};

/** Scratch name of the centroids that were found. */
const solution = ({ results }: TaskContext): string => (results.lloyd ?? results.kmeans)!.centroids;
