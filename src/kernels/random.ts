import type { KernelModule } from "./module";

/** What a random number is for: part of its key, so that no two uses share numbers. */
export const PURPOSE = {
  seeding: 1,
  randomStart: 2,
  coreset: 3,
  moving: 4,
  refining: 5,
  tsneStart: 6,
  recall: 7,
  // 16 samples in layouts, 20 starts Krylov bases: asm/reduce/umap/sampling.ts, asm/linalg/krylov.ts.
  umapStart: 17,
  umapScatter: 18,
  umapPlaces: 19,
  mixtureStart: 24,
  discretize: 25,
  validation: 28,
} as const;

export interface SeedWords {
  low: number;
  high: number;
}

/** The two key words of a seed; any safe integer, negative ones too. */
export function seedWords(seed: number): SeedWords {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a safe integer, not ${seed}`);
  return { low: seed >>> 0, high: Math.floor(seed / 2 ** 32) >>> 0 };
}

/** Uniform in (0, 1), a function of (seed, stream, purpose, index) alone. */
export function uniform(kernel: KernelModule, seed: SeedWords, stream: number, purpose: number, index: number): number {
  return kernel.raw.uniform(seed.low, seed.high, stream, purpose, index);
}
