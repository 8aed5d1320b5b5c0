/** Assignment sums as one scratch array: counts, distances and squared distances (k each), inertia, sums (k × d). */
import type { AssignmentSums } from "../../kernels/contract";
import { mergeAssignmentSums } from "../../kernels/math";
import { pieceName, type Scratch } from "../scratch";

export function putSums(scratch: Scratch, name: string, sums: AssignmentSums): void {
  const k = sums.counts.length;
  const values = new Float64Array(3 * k + 1 + sums.sums.length);
  values.set(sums.counts);
  values.set(sums.distances, k);
  values.set(sums.squaredDistances, 2 * k);
  values[3 * k] = sums.inertia;
  values.set(sums.sums, 3 * k + 1);
  scratch.put(name, values);
}

export async function getSums(scratch: Scratch, name: string, k: number): Promise<AssignmentSums> {
  const values = await scratch.doubles(name);
  return {
    counts: values.slice(0, k),
    distances: values.slice(k, 2 * k),
    squaredDistances: values.slice(2 * k, 3 * k),
    inertia: values[3 * k]!,
    sums: values.slice(3 * k + 1),
  };
}

/** The sums of all parts: exact, so in any order and for any division into parts the same. */
export async function totalSums(
  scratch: Scratch,
  name: string,
  parts: { from: number; to: number }[],
  k: number,
): Promise<AssignmentSums> {
  let total: AssignmentSums | null = null;
  for (const { from, to } of parts) {
    const part = await getSums(scratch, pieceName(name, from, to), k);
    total = total ? mergeAssignmentSums(total, part) : part;
  }
  return total!;
}
