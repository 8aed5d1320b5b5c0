/** The rows of large clusters, put together cluster by cluster, so that whoever splits one reads it in one range a piece. */
import type { SubclusterResult } from "../../../domain/run/results";
import type { TaskContext } from "../../context";
import { matrixSlices } from "../../matrices";
import { boundsOf, pieceName } from "../../scratch";
import { candidates, found, levelName, slotsOf } from "./levels";

export async function mapRows(context: TaskContext, level: number): Promise<{ from: number; to: number }> {
  const { span, plan, scratch, pulse } = context;
  const { dimensions } = plan.shape;
  const large = await candidates(context, level);
  if (large.length === 0) return span;
  const { slots, takesPart } = await slotsOf(context, level, large, span.from, span.to);
  const offsets = new Int32Array(large.length + 1);
  for (const [i, slot] of slots.entries()) offsets[slot + 1]! += takesPart[i]!;
  offsets[0] = 0;
  for (let slot = 0; slot < large.length; slot++) offsets[slot + 1]! += offsets[slot]!;
  const next = offsets.slice();
  const rows = new Float32Array(offsets[large.length]! * dimensions);
  for await (const { from, to, values } of matrixSlices(context, span))
    pulse.compute(() => {
      for (let row = from; row < to; row++) {
        const i = row - span.from;
        if (takesPart[i] === 0) continue;
        const at = next[slots[i]!]!++;
        rows.set(values.subarray((row - from) * dimensions, (row - from + 1) * dimensions), at * dimensions);
      }
    });
  scratch.put(pieceName(levelName(level, "offsets"), span.from, span.to), offsets);
  scratch.put(pieceName(levelName(level, "rows"), span.from, span.to), rows);
  return span;
}

export async function reduceRows(context: TaskContext, level: number): Promise<SubclusterResult> {
  const { inputs, scratch } = context;
  const parts = inputs.parts as { from: number; to: number }[];
  const before = found(context);
  const large = await candidates(context, level);
  if (large.length === 0) return { ...before, level, step: "rows", converged: true };
  const starts = new Int32Array(parts.length * large.length);
  const counts = new Int32Array(large.length);
  for (const [i, { from, to }] of parts.entries()) {
    starts.set(counts, i * large.length);
    const offsets = await scratch.ints(pieceName(levelName(level, "offsets"), from, to));
    for (let slot = 0; slot < large.length; slot++) counts[slot]! += offsets[slot + 1]! - offsets[slot]!;
  }
  scratch.put(levelName(level, "starts"), starts);
  return { ...before, level, step: "rows", rowBounds: boundsOf(parts) };
}
