import type { Slices } from "../../contract";
import type { KernelModule } from "../../module";
import type { NeighborLists } from "../../neighbors/contract";
import type { UmapOptions, UmapResult } from "../contract";
import { umapCurve } from "./curve";
import { umapGraph } from "./graph";
import { umapLayout } from "./layout";
import { defaultEpochs, settings } from "./options";
import { umapStart } from "./start";

export function* umap(kernel: KernelModule, lists: NeighborLists, options: UmapOptions): Slices<UmapResult> {
  const { epochs, minDist, spread } = settings(options, defaultEpochs(lists.rows));
  const curve = umapCurve(kernel, minDist, spread);
  const graph = yield* umapGraph(kernel, lists);
  const start = yield* umapStart(kernel, graph, options);
  const { embedding } = yield* umapLayout(kernel, graph, start, options);
  return { embedding, epochs, ...curve };
}
