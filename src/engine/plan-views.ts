/**
 * What holding rows of a view takes while they are made. A view that one isolate made whole is not stored: any other isolate makes it again,
 * slice by slice, beside the matrix that the slices go to.
 */
import type { RunSpec, StageKind, StagePlan, ViewPlan } from "../domain/run/types";
import { BASE_BYTES, matrixBytes, projectBytes } from "../kernels/memory";
import { FINAL_STAGES } from "./plan-naming";
import { SPARSE_STAGES } from "./plan-sparse";
import { AXES_AT_ONCE, sliceRows, sliceRowsOf } from "./prepare";
import { firstView } from "./views";

/** Bytes of the rows of one shard. */
export const shardBytes = ({ dimensions, shardRows }: ViewPlan, rows: number): number =>
  BASE_BYTES + matrixBytes(Math.min(shardRows, rows), dimensions);

/** Bytes of a linear map of `rows` rows: they, and their coordinates on some of the axes at a time. */
export const mapBytes = (rows: number, dimensions: number, count: number): number =>
  matrixBytes(rows, dimensions) + projectBytes(rows, dimensions, Math.min(count, AXES_AT_ONCE));

/** Bytes beside the rows as a slice of them is made: normalised, then mapped from view to view. */
export function makingBytes({ normalize }: Pick<RunSpec, "normalize">, views: ViewPlan[], index: number, rows: number) {
  const first = firstView(views, index);
  const slice = Math.min(rows, sliceRowsOf(views, index));
  const steps = views
    .slice(first + 1, index + 1)
    .map(({ dimensions }, i) => mapBytes(slice, views[first + i]!.dimensions, dimensions));
  const { dimensions, stored } = views[first]!;
  const gathered = normalize && !stored ? matrixBytes(Math.min(rows, sliceRows(dimensions)), dimensions) : 0;
  return Math.max(gathered, ...steps, 0);
}

/** These take no matrix of rows into the kernels' memory. */
const ROWLESS: StageKind[] = ["weights", "layout", "median", "faces"];

/** The stages, each with what it takes to make the rows that it works on, where that is more than working on them. */
export function withMaking(stages: StagePlan[], spec: RunSpec, views: ViewPlan[], rows: number): StagePlan[] {
  return stages.map((stage) => {
    if (FINAL_STAGES.includes(stage.kind) || SPARSE_STAGES.includes(stage.kind)) return stage;
    const index = viewRead(stage, views);
    const held = ROWLESS.includes(stage.kind) ? BASE_BYTES : shardBytes(views[index]!, rows);
    // What is gathered is made here, whether it is stored or not.
    const made = stage.kind === "gather" ? [{ ...views[0]!, stored: false }] : views;
    const bytes = held + makingBytes(spec, made, index, rows);
    return bytes > stage.taskBytes ? { ...stage, taskBytes: bytes } : stage;
  });
}

/** `transform` names the view that it makes. */
function viewRead({ kind, params }: StagePlan, views: ViewPlan[]): number {
  if (kind === "gather" || kind === "weights") return 0;
  const named = (params.view as number | undefined) ?? views.length - 1;
  return kind === "transform" ? named - 1 : named;
}
