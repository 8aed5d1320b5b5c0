import type { LayoutStep } from "../../domain/run/types";
import type { LayoutMethod } from "./layout";
import { tsne } from "./tsne";
import { umap } from "./umap";

const METHODS = { umap, tsne } as const;

export const layoutOf = (step: LayoutStep): LayoutMethod<LayoutStep> =>
  METHODS[step.method] as LayoutMethod<LayoutStep>;
