/** A task's context as one track sees it: its own feature, plan, results and scratch. */
import { trackPlan, trackResults, trackScratch, trackSpec } from "../domain/run/tracks";
import type { TaskContext } from "./context";

export function trackContext(context: TaskContext, track: number): TaskContext {
  return {
    ...context,
    spec: trackSpec(context.spec, track),
    plan: trackPlan(context.plan, track),
    results: trackResults(context.inputs.stages, track),
    scratch: context.scratch.below(trackScratch(track)),
  };
}

/** The contexts of all tracks; of a run without any, the one that it has. */
export const contextsOf = (context: TaskContext): TaskContext[] =>
  context.plan.tracks ? context.plan.tracks.map((_, track) => trackContext(context, track)) : [context];
