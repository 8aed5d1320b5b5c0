/** Exports of asm/linalg/krylov.ts and asm/graph as the façade calls them. */
export interface RawGraph {
  krylovProducts(basis: number, count: number, n: number, x: number, h: number): void;
  krylovSubtract(basis: number, count: number, n: number, x: number, h: number): void;
  krylovNorm(x: number, n: number): number;
  krylovScale(x: number, n: number, factor: number): void;
  krylovStart(x: number, n: number, stream: number): void;
  krylovTileBytes(count: number): number;
  krylovRotate(basis: number, count: number, n: number, y: number, kept: number, tile: number): void;
  krylovSign(x: number, n: number): void;
  adjacencyScale(n: number, scale: number, x: number, out: number): void;
  // biome-ignore format: one line an export
  adjacencyApply(offsets: number, neighbors: number, weights: number, scale: number, scaled: number, y: number, from: number, to: number): void;
}
