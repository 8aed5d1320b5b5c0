import type { LayoutStep } from "../../domain/run/types";
import type { LayoutMethod } from "./layout";
import { umap } from "./umap";

const METHODS = { umap } as const;

export const layoutOf = (step: LayoutStep): LayoutMethod<LayoutStep> =>
  METHODS[step.method as keyof typeof METHODS] as LayoutMethod<LayoutStep>;
