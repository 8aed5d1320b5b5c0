import type { KernelModule } from "../../module";
import { PURPOSE, seedWords, uniform } from "../../random";

/** Rows of each cluster, ascending: all, or of each the share that keeps within `limit`, those with the smallest random numbers. */
export function sampledMembers(kernel: KernelModule, labels: Int32Array, limit: number, seed: number): Int32Array[] {
  const members: number[][] = [];
  let clustered = 0;
  for (const [row, label] of labels.entries()) {
    if (label < 0) continue;
    if (!Number.isInteger(label) || label >= labels.length)
      throw new RangeError(`label ${label} of row ${row} is too large`);
    while (members.length <= label) members.push([]);
    members[label]!.push(row);
    clustered++;
  }
  if (clustered <= limit) return members.map((rows) => Int32Array.from(rows));
  const words = seedWords(seed);
  const key = (row: number): number => uniform(kernel, words, 0, PURPOSE.validation, row);
  return members.map((rows) => {
    // Two rows make the smallest tree.
    const count = Math.min(rows.length, Math.max(2, Math.floor((rows.length * limit) / clustered)));
    const keys = new Map(rows.map((row) => [row, key(row)]));
    return Int32Array.from(rows.sort((a, b) => keys.get(a)! - keys.get(b)! || a - b).slice(0, count)).sort();
  });
}
