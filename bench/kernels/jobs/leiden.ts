import { run, similarityGraph } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** Communities of a given graph: the neighbour search and the graph are prepared, as they are for the reference. */
export const leiden: Job = (kernels, data, { neighbors, iterations }) => {
  const mark = kernels.mark();
  const { matrix } = loaded(kernels, data);
  const metric = { name: "cosine" } as const;
  const graph = run(similarityGraph(run(kernels.knn(matrix, { k: Number(neighbors), metric })), metric));
  kernels.release(mark);
  return () => {
    const result = run(
      kernels.leiden(graph, {
        objective: "modularity",
        resolution: 1,
        iterations: Number(iterations),
        minClusterSize: 0,
        seed: 1,
      }),
    );
    return { modularity: result.modularity, communities: result.communities };
  };
};
