/**
 * A run that clusters every feature by itself has a track for each: the stages of an ordinary run over that feature alone, with
 * results and scratch of their own. Nothing inside a track knows of the others; what joins them is told here.
 */
import { NOISE_ID } from "../ids";
import type { StageResults } from "./results";
import type { Plan, RunSpec, StagePlan } from "./types";

const prefixOf = (track: number): string => `track/${track}/`;

/** The stages of a track, planned as those of a run of its own. */
export const ofTrack = (track: number, stages: StagePlan[]): StagePlan[] =>
  stages.map((stage) => ({ ...stage, track, result: prefixOf(track) + (stage.result ?? stage.kind) }));

/** Where a track's arrays lie, below the run's. */
export const trackScratch = prefixOf;

export const trackSpec = (spec: RunSpec, track: number): RunSpec => ({
  ...spec,
  independent: false,
  features: [spec.features[track]!],
});

export const trackPlan = (plan: Plan, track: number): Plan => ({ ...plan, ...plan.tracks![track]!, tracks: undefined });

export function trackResults(results: Record<string, unknown>, track: number): StageResults {
  const prefix = prefixOf(track);
  const own = Object.entries(results).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, result]) => [name.slice(prefix.length), result])) as StageResults;
}

/** What one clustering of a run was asked for, planned as and came to: the whole run, but for one that has tracks. */
export interface Scope {
  spec: RunSpec;
  plan: Plan | null;
  results: StageResults;
  /** Clusters of the tracks before: the first cluster of this one has this number. */
  offset: number;
}

export function scopesOf(spec: RunSpec, plan: Plan | null, results: Record<string, unknown>): Scope[] {
  if (!plan?.tracks) return [{ spec, plan, results: results as StageResults, offset: 0 }];
  let offset = 0;
  return plan.tracks.map((_, track) => {
    const own = trackResults(results, track);
    const scope = { spec: trackSpec(spec, track), plan: trackPlan(plan, track), results: own, offset };
    offset += own.assign?.sizes.length ?? 0;
    return scope;
  });
}

/** `cl_2_sub_0` with two clusters before its track is `cl_4_sub_0`. */
export const renumbered = (clusterId: string, offset: number): string =>
  offset === 0 || clusterId === NOISE_ID
    ? clusterId
    : clusterId.replace(/^cl_(\d+)/, (_, index) => `cl_${Number(index) + offset}`);

/** How many of the tracks' clusters lie inside a cluster of another feature. */
export interface Containment {
  parent_cluster_id: string;
  child_cluster_id: string;
  parent_feature: string;
  child_feature: string;
  /** Share of the child's members that are the parent's too. */
  overlap: number;
  shared_members: number;
}
