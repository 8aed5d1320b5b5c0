/** What the stages of UMAP share: checked options with their defaults. */
import type { UmapOptions } from "../contract";

export const MAX_COMPONENTS = 256;
/** Up to so many rows a layout takes 500 epochs, beyond 200. */
const SMALL_ROWS = 10_000;

export interface Settings {
  components: number;
  minDist: number;
  spread: number;
  seed: number;
  epochs: number;
  learningRate: number;
  negativeSampleRate: number;
}

export const defaultEpochs = (rows: number): number => (rows <= SMALL_ROWS ? 500 : 200);

export function checkComponents(components: number): void {
  if (!Number.isInteger(components) || components < 1 || components > MAX_COMPONENTS) {
    throw new RangeError(`components must be from 1 to ${MAX_COMPONENTS}, not ${components}`);
  }
}

export function settings(options: UmapOptions, defaultEpochCount: number): Settings {
  const { components, minDist, seed, spread = 1, learningRate = 1, negativeSampleRate = 5 } = options;
  const epochs = options.epochs ?? defaultEpochCount;
  checkComponents(components);
  if (!Number.isInteger(epochs) || epochs < 0) throw new RangeError(`epochs must be a whole number ≥ 0, not ${epochs}`);
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`learningRate must be > 0, not ${learningRate}`);
  if (!Number.isInteger(negativeSampleRate) || negativeSampleRate < 0) {
    throw new RangeError(`negativeSampleRate must be a whole number ≥ 0, not ${negativeSampleRate}`);
  }
  return { components, minDist, spread, seed, epochs, learningRate, negativeSampleRate };
}
