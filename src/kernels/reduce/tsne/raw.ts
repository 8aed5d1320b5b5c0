/** Exports of asm/reduce/tsne. */
export interface RawTsne {
  // biome-ignore format: one line an export
  tsneProbabilities(distances: number, k: number, from: number, to: number, entropy: number, share: number, out: number): void;
  tsneEntropy(neighbors: number, probabilities: number, k: number, from: number, to: number): number;
  tsneBytes(): number;
  tsneStride(dimensions: number): number;
  tsnePointBytes(rows: number, dimensions: number): number;
  tsnePoints(state: number, rows: number, dimensions: number, arrays: number): void;
  tsneAttractions(state: number, k: number, neighbors: number, probabilities: number): void;
  tsneTreeBytes(rows: number): number;
  tsneTree(state: number, bytes: number): void;
  tsneGrow(state: number): number;
  tsneRepulse(state: number, from: number, to: number, angle: number): void;
  tsneExactBytes(rows: number, dimensions: number): number;
  tsneAxes(state: number, axes: number): void;
  tsneRepulseExactly(state: number, from: number, to: number, work: number): void;
  tsneClear(state: number): void;
  tsneAttract(state: number, from: number, to: number): void;
  tsneStep(state: number, exaggeration: number, momentum: number, rate: number): number;
  tsneLogTotal(state: number): number;
  tsneLogSimilarity(state: number, from: number, to: number): number;
}
