/** Plans the merging of clusters that are one face. */
import { ShoalError } from "../domain/errors";
import type { RunSpec, StagePlan } from "../domain/run/types";
import type { StagedJob } from "./methods/method";
import { overRows } from "./plan-stage";

/** Documents whose boxes and scenes one isolate compares: a few hundred bytes each. */
export const FACE_ROWS = 150_000;
const ROW_BYTES = 250;
/** Payload values that are read a millisecond. */
const READ_PER_MS = 100;

export function faceStages({ faceMerge }: RunSpec, job: StagedJob): StagePlan[] {
  if (!faceMerge) return [];
  const { rows, dimensions, shardRows, shardBytes, taskRows, rowMs } = job;
  if (rows > FACE_ROWS)
    throw new ShoalError(
      "job_too_large",
      `face_cluster_merge compares the faces of ${rows} documents, the limit is ${FACE_ROWS}; set sample_size to ${FACE_ROWS} or less`,
      { field: "face_cluster_merge", value: rows, limit: FACE_ROWS, nearest: { sample_size: FACE_ROWS } },
    );
  return [
    overRows("faces", rows, shardRows, {
      method: "clusters that are one face: centroids, boxes on shared frames, scenes",
      cpuMs: rows / READ_PER_MS + (dimensions * rows) / 1e6,
      taskBytes: ROW_BYTES * rows,
      reduce: true,
    }),
    overRows("merged", rows, shardRows, {
      method: "distances to the means of the merged clusters",
      cpuMs: 2 * rowMs,
      taskBytes: shardBytes + 8 * taskRows,
      reduce: true,
      result: "assign",
    }),
  ];
}
