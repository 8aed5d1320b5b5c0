/** Exports of asm/mixture as the façade calls them. */
export interface RawMixture {
  mixtureBytes(): number;
  // biome-ignore format: one line an export
  mixtureModel(at: number, shape: number, components: number, dimensions: number, weights: number, means: number, covariances: number, total: number): void;
  // biome-ignore format: one line an export
  mixtureFactors(at: number, centers: number, wide: number, constants: number, factors: number, offsets: number, triangle: number, partial: number): void;
  mixtureFactorBytes(shape: number, components: number, dimensions: number): number;
  mixtureSums(at: number, counts: number, sums: number, scatter: number, reach: number, magic: number): void;
  mixtureWorkBytes(shape: number, components: number, dimensions: number): number;
  mixtureWork(at: number, work: number): void;
  mixtureExpect(at: number, x: number, rows: number, likelihoods: number): void;
  mixtureStartLabels(at: number, x: number, rows: number, labels: number): void;
  // biome-ignore format: one line an export
  mixtureStartRandom(at: number, x: number, rows: number, firstRow: number, seedLow: number, seedHigh: number, stream: number, purpose: number): void;
  mixtureTotal(at: number, x: number, rows: number): void;
  mixtureUpdate(at: number, ridge: number): void;
  choleskyRows(triangle: number, dimensions: number, from: number, to: number): number;
  invertRows(triangle: number, dimensions: number, from: number, to: number, work: number): void;
  mixtureTriangle(at: number, component: number): void;
  mixtureCenters(at: number): void;
  mixtureKeepFactor(at: number, component: number): void;
  mixtureKeepTied(at: number): void;
  mixtureKeepDiagonals(at: number): number;
  // biome-ignore format: one line an export
  mixtureAssign(at: number, x: number, count: number, labels: number, probabilities: number, likelihoods: number, all: number): number;
  columnPeaks(x: number, rows: number, dimensions: number, peaks: number): void;
}
