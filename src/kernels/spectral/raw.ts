/** Exports of asm/spectral as the façade calls them. */
export interface RawSpectral {
  // biome-ignore format: one line an export
  rbfAffinities(x: number, rows: number, dimensions: number, gamma: number, from: number, to: number, out: number): void;
  denseDegrees(matrix: number, n: number, degrees: number): void;
  denseApply(matrix: number, n: number, scale: number, scaled: number, y: number, from: number, to: number): void;
}
