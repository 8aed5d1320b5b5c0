import type { KernelModule } from "../../module";
import { PURPOSE, seedWords, uniform } from "../../random";
import type { TsneState } from "./contract";

/** Deviation of the first axis: so small that the forces begin near-linear, and the principal axes keep their relative lengths. */
const DEVIATION = 1e-4;

export function tsneStart(
  kernel: KernelModule,
  coordinates: Float32Array,
  axes: number,
  options: { rows: number; components: number; seed: number },
): TsneState {
  const { rows, components } = options;
  if (coordinates.length !== rows * axes) {
    throw new RangeError(`${coordinates.length} coordinates for ${rows} rows on ${axes} axes`);
  }
  const seed = seedWords(options.seed);
  const first = axes > 0 ? deviation(coordinates, rows, axes, 0) : 0;
  const embedding = new Float32Array(rows * components);
  for (let t = 0; t < components; t++) {
    const spread = t < axes && first > 0 && deviation(coordinates, rows, axes, t) > 0;
    for (let i = 0; i < rows; i++) {
      // A uniform number in ±√3 has deviation 1.
      embedding[i * components + t] = spread
        ? (coordinates[i * axes + t]! / first) * DEVIATION
        : (2 * uniform(kernel, seed, t, PURPOSE.tsneStart, i) - 1) * Math.sqrt(3) * DEVIATION;
    }
  }
  return {
    iteration: 0,
    embedding,
    velocity: new Float32Array(rows * components),
    gains: new Float32Array(rows * components).fill(1),
    gradientNorm: Infinity,
  };
}

function deviation(coordinates: Float32Array, rows: number, axes: number, axis: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += coordinates[i * axes + axis]!;
  const mean = sum / rows;
  let squares = 0;
  for (let i = 0; i < rows; i++) squares += (coordinates[i * axes + axis]! - mean) ** 2;
  return Math.sqrt(squares / rows);
}
