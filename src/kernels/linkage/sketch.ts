/** Space for the lower bounds that Ward's and single linkage prune by; see asm/linkage/sketch.ts. */
import type { Slices, Step } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { principalAxes } from "./axes";

const LANES = 16;

/** Arrays that are indexed by columns hold whole groups. */
export const paddedRows = (rows: number): number => Math.ceil(rows / LANES) * LANES;

export interface Sketch {
  address: number;
  axes: number;
}

export function* createSketch(
  kernel: KernelModule,
  matrix: KernelMatrix,
  scales: Float64Array | null,
  step: Step,
): Slices<Sketch> {
  const { raw } = kernel;
  const { rows, dimensions } = matrix;
  const { count, basis, mean, scale } = yield* principalAxes(kernel, matrix, scales, step);
  const padded = paddedRows(rows);
  const address = kernel.allocate(raw.sketchBytes());
  raw.sketchSpace(
    address,
    dimensions,
    count,
    kernel.allocateF64(basis.length, basis),
    kernel.allocateF64(dimensions, mean),
    scale,
    kernel.allocate(raw.sketchColumnBytes(rows, count)),
    kernel.allocateF32(padded),
    kernel.allocateI32(padded),
    kernel.allocateI32(padded),
    kernel.allocateF32(count),
    kernel.allocateF64(count),
  );
  return { address, axes: count };
}
