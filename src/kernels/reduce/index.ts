import type { KernelModule } from "../module";
import type { ReduceKernels } from "./contract";
import { tsneKernels } from "./tsne";
import { umapCurve } from "./umap/curve";
import { umapGraph } from "./umap/graph";
import { umapLayout } from "./umap/layout";
import { umapStart } from "./umap/start";
import { umapTransform } from "./umap/transform";
import { umap } from "./umap/umap";

export function reduceKernels(kernel: KernelModule): ReduceKernels {
  return {
    ...tsneKernels(kernel),
    umap: (lists, options) => umap(kernel, lists, options),
    umapCurve: (minDist, spread) => umapCurve(kernel, minDist, spread),
    umapGraph: (lists) => umapGraph(kernel, lists),
    umapStart: (graph, options) => umapStart(kernel, graph, options),
    umapLayout: (graph, state, options) => umapLayout(kernel, graph, state, options),
    umapTransform: (lists, layout, options) => umapTransform(kernel, lists, layout, options),
  };
}
