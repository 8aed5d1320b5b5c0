/** Plans the splitting of large clusters. How many there are is known only when rows are labelled: the tasks divide rows. */
import { ShoalError } from "../domain/errors";
import type { RunSpec, StagePlan } from "../domain/run/types";
import { BLOCK_ROWS } from "./limits";
import type { StagedJob } from "./methods/method";
import { overRows } from "./plan-stage";
import { ROUNDS_A_LEVEL } from "./stages/subclusters";
import { mostRows, splitBytes, splitMs } from "./stages/subclusters/fit";
import type { SubclusterParams } from "./stages/subclusters/levels";

/** Levels that most rows are reckoned to be in a cluster worth splitting. */
const EXPECTED_LEVELS = 2;
/** Bytes of rows that a task puts together. */
const PUT_BYTES = 8 * 1024 * 1024;
/** A row's cluster and place, its label, and those of the level before. */
const ROW_BYTES = 24;

export function subclusterStages({ subclusters }: RunSpec, job: StagedJob): StagePlan[] {
  if (!subclusters) return [];
  const { rows, dimensions, shardRows, shardBytes, taskRows, rowMs, limits } = job;
  const { depth, minSize } = subclusters;
  const most = mostRows(rows, dimensions, limits);
  if (most < Math.min(minSize, rows))
    throw new ShoalError(
      "job_too_large",
      `hierarchical splits clusters of ${minSize} documents or more, of ${dimensions} dimensions one isolate splits ${most}; reduce the vectors by a pca step in preprocessing_steps`,
      { field: "hierarchical", value: dimensions, limit: most },
    );
  const blocks = Math.floor(PUT_BYTES / (4 * dimensions * BLOCK_ROWS));
  const perTask = Math.min(shardRows, Math.max(1, blocks) * BLOCK_ROWS);
  const params: SubclusterParams = {
    depth,
    minSize,
    mostRows: most,
    mostClusters: Math.min(limits.groups, Math.floor(limits.clusterValues / dimensions)),
  };
  const { kernels } = splitBytes(most, dimensions);
  return [
    overRows("subclusters", rows, perTask, {
      method: `clusters of ${minSize} documents or more split by HDBSCAN, ${depth} levels at most`,
      cpuMs: Math.min(depth, EXPECTED_LEVELS) * ((rows / most) * splitMs(most, dimensions) + 2 * rowMs),
      taskBytes: Math.max(kernels, shardBytes + ROW_BYTES * taskRows),
      exact: rows <= most,
      reduce: true,
      maxRounds: ROUNDS_A_LEVEL * depth,
      params,
    }),
    overRows("subcluster_spread", rows, shardRows, {
      method: "distances to the means of the sub-clusters",
      cpuMs: 2 * rowMs,
      taskBytes: shardBytes + 8 * taskRows,
      reduce: true,
    }),
  ];
}
