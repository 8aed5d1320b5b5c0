/**
 * Plans a run over vectors: gather → preparation → moments → the method's stages → what follows from labels, which is the same for
 * every method (`plan-labelled.ts`).
 */
import type { VectorMethodSpec } from "../domain/run/methods";
import type { RunSpec, Shape } from "../domain/run/types";
import { BASE_BYTES, matrixBytes } from "../kernels/memory";
import { STREAMED_PER_MS } from "./cost";
import { holdsInMemory, type Limits } from "./limits";
import { EXPECTED_CLUSTERS, type StagedJob } from "./methods/method";
import { methodOf } from "./methods/registry";
import { faceStages } from "./plan-faces";
import { fittedStages, planningOf } from "./plan-fitted";
import { describedStages, persistStage } from "./plan-labelled";
import { drawnMap } from "./plan-layout";
import { planMeasures } from "./plan-measures";
import { namingStages } from "./plan-naming";
import { planPreparation } from "./plan-preparation";
import { sparseStages } from "./plan-sparse";
import type { PlannedStages } from "./plan-stage";
import { subclusterStages } from "./plan-subclusters";
import { withMaking } from "./plan-views";
import { weightStages } from "./plan-weights";
import { shardRowsOf } from "./shards";

/** `gathered`: of the rows as they are read; `shape`: of the rows that are clustered. */
export function planVectors(
  spec: RunSpec,
  chosen: VectorMethodSpec,
  gathered: Shape,
  shape: Shape,
  limits: Limits,
): PlannedStages {
  const method = methodOf(chosen);
  const { params } = chosen;
  const { rows, dimensions } = shape;
  const fittedRows =
    method.kind === "choosing" ? method.fittedRows({ rows, dimensions }, limits) : Math.min(rows, limits[method.cap]);
  const sizes = { rows: fittedRows, dimensions };
  method.check?.(params, sizes, limits);
  const whole =
    method.kind === "staged" ? method.whole(params, shape, limits) : holdsInMemory(rows, dimensions, limits);
  const shardRows = shardRowsOf(dimensions, rows, whole, limits);
  const map = drawnMap(spec, rows, limits);
  // Lists that stages compute are those of all rows; the fit of a sample finds its own.
  const wish = method.kind === "fitted" && fittedRows === rows ? (method.neighbors?.(params, sizes) ?? null) : null;
  const wishes = wish ? [{ ...wish, view: spec.preparation.length }] : [];
  const { views, stages: preparation } = planPreparation({ ...spec, map }, gathered, whole, limits, wishes);
  const taskRows = Math.min(shardRows, rows);
  const job: StagedJob = {
    rows,
    dimensions,
    fittedRows,
    shardRows,
    taskRows,
    shardBytes: BASE_BYTES + matrixBytes(taskRows, dimensions),
    rowMs: (rows * dimensions) / STREAMED_PER_MS,
    limits,
  };
  const own =
    method.kind === "staged" ? method.stages(params, job) : fittedStages(planningOf(method), params, chosen.kind, job);
  const described = describedStages({ ...spec, map }, job, views);
  const before = [...preparation, ...own, ...faceStages(spec, job), ...subclusterStages(spec, job), ...described];
  const clusters = Math.min(fittedRows, method.clusters?.(params) ?? EXPECTED_CLUSTERS);
  const measures = spec.computeMetrics ? planMeasures(chosen, job, clusters, before) : { stages: [], notes: [] };
  const learning = weightStages(spec, gathered, limits);
  const stages = withMaking(
    [
      ...sparseStages(spec, rows, limits),
      ...learning,
      ...before,
      ...measures.stages,
      ...namingStages(rows, clusters, spec.labeling),
      persistStage(job),
    ],
    spec,
    views,
    rows,
  );
  return { fittedRows, views, map, shardRows, stages, notes: measures.notes };
}
