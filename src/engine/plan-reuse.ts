/** Plans a run that names the clusters of an earlier one anew: no row is clustered, its tables are written again with other names. */
import type { Labeling } from "../domain/definition/labeling";
import type { ReusedRun } from "../domain/run/reuse";
import type { Shape } from "../domain/run/types";
import type { Limits } from "./limits";
import { EXPECTED_CLUSTERS } from "./methods/method";
import { namingStages } from "./plan-naming";
import { type PlannedStages, single } from "./plan-stage";
import { shardRowsOf } from "./shards";

/** Batches of rows on their way from one file to another, and the Parquet writer's memory. */
const COPY_BYTES = 24 * 1024 * 1024;
const COPIED_PER_MS = 150;

export function planReuse(reuse: ReusedRun, labeling: Labeling | null, { rows }: Shape, limits: Limits): PlannedStages {
  const { runId, map } = reuse;
  return {
    fittedRows: reuse.rows.fitted,
    views: [],
    map,
    shardRows: shardRowsOf(0, rows, false, limits),
    stages: [
      ...namingStages(rows, Math.min(rows, EXPECTED_CLUSTERS), labeling),
      single("persist", {
        method: `the tables of ${runId} with new names`,
        cpuMs: rows / COPIED_PER_MS + 20,
        taskBytes: COPY_BYTES,
        exact: reuse.exact,
      }),
    ],
    notes: [`the clustering of ${runId} is reused: definition and documents are the same, only names are made anew`],
  };
}
