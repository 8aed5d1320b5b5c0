/** Plans a run that clusters every feature by itself: an ordinary plan a feature, then what joins them. */
import type { VectorMethodSpec } from "../domain/run/methods";
import { ofTrack, trackSpec } from "../domain/run/tracks";
import type { RunSpec, Shape, StagePlan, TrackPlan } from "../domain/run/types";
import { STREAMED_PER_MS } from "./cost";
import type { Limits } from "./limits";
import { FINAL_STAGES } from "./plan-naming";
import { preparedDimensions } from "./plan-preparation";
import { type PlannedStages, single } from "./plan-stage";
import { planVectors } from "./plan-vector";

/** Batches of labels of every track, and the counts of the pairs of clusters that occur. */
const RELATE_BYTES = 24 * 1024 * 1024;

export function planTracks(spec: RunSpec, method: VectorMethodSpec, gathered: Shape, limits: Limits): PlannedStages {
  const planned = spec.features.map(({ dimensions }, track) => {
    const own = trackSpec(spec, track);
    const before = { ...gathered, dimensions };
    const shape = { ...before, dimensions: preparedDimensions(own.preparation, before) };
    return { shape, ...planVectors(own, method, before, shape, limits) };
  });
  const isFinal = ({ kind }: StagePlan) => FINAL_STAGES.includes(kind);
  const last = planned[0]!.stages.filter(isFinal).map((stage) => ({ ...stage, cpuMs: stage.cpuMs * planned.length }));
  const stages = planned.flatMap((one, track) =>
    ofTrack(
      track,
      one.stages.filter((stage) => !isFinal(stage)),
    ),
  );
  const relate = single("relate", {
    method: `overlap of the clusters of ${spec.features.length} features`,
    cpuMs: (spec.features.length * gathered.rows) / STREAMED_PER_MS,
    taskBytes: RELATE_BYTES,
  });
  const tracks: TrackPlan[] = planned.map(({ shape, fittedRows, views, map, shardRows }) => {
    const shards = Math.ceil(shape.rows / shardRows);
    return { shape, fittedRows, views, map, shardRows, shards };
  });
  return {
    ...planned[0]!,
    stages: [...stages, relate, ...last],
    tracks,
    notes: spec.features.flatMap(({ name }, i) => (planned[i]!.notes ?? []).map((note) => `${name}: ${note}`)),
  };
}
