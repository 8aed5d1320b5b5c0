/**
 * The matrix of a run in its views: as it was gathered (0), and after each step of the preparation. Stages work on the last one
 * unless their plan names another.
 */
import type { Plan, ViewPlan } from "../domain/run/types";
import type { TaskContext } from "./context";

export const lastView = (plan: Plan): number => plan.views.length - 1;

export const viewOf = (plan: Plan, view: number): ViewPlan => plan.views[view]!;

/** The view that the stage works on. */
export const stageView = ({ stage, plan }: TaskContext): number =>
  (stage.params.view as number | undefined) ?? lastView(plan);

/** The view that rows of `view` are made of: itself where it lies in scratch, else the last one before that does, or the gathered one. */
export function firstView(views: ViewPlan[], view: number): number {
  let first = view;
  while (first > 0 && !views[first]!.stored) first--;
  return first;
}

/** Where the rows of a stored view lie. */
export const matrixName = (view: number): string => (view === 0 ? "matrix" : `view/${view}/matrix`);

export const meanName = (plan: Plan, view: number): string => (view === lastView(plan) ? "mean" : `view/${view}/mean`);

/** Axes of the step that made the view: rows × (dimensions of the view before). */
export const axesName = (view: number): string => `view/${view}/axes`;

/** Pieces and largest magnitude of a view's rows. */
export const viewResult = ({ results }: TaskContext, view: number): { pieces: number[]; maxAbs: number } =>
  view === 0 ? results.gather! : results[`view/${view}`]!;
