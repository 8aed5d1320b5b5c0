/** Bytes that the kernels on graphs take; see ../memory.ts. n nodes, `entries` directed edges. */
import { basisSize } from "./lanczos";

/** The basis with its tile, and the projected matrices of its rotation. */
export function lanczosBytes(n: number, count: number): number {
  const m = basisSize(n, count);
  return 8 * n * (m + 1) + 8 * m * (64 + 3 * m + 4) + 64 * m;
}

/** The graph, two vectors, and the basis, known vectors included. */
export const laplacianBytes = (n: number, entries: number, count: number): number =>
  8 * entries + 20 * n + lanczosBytes(n, count);
