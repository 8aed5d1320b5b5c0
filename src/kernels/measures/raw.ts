/** Exports of asm/metrics beside the silhouette's sums. */
export interface RawMeasures {
  cosineSums(
    x: number,
    dimensions: number,
    from: number,
    to: number,
    labels: number,
    inverses: number,
    sums: number,
  ): void;
  // biome-ignore format: one line an export
  cosineMeans(x: number, dimensions: number, from: number, to: number, labels: number, inverses: number, sums: number, sizes: number, clusters: number, own: number, other: number): void;
  // biome-ignore format: one line an export
  memberSums(x: number, dimensions: number, from: number, to: number, labels: number, counts: number, sums: number, magic: number): void;
  // biome-ignore format: one line an export
  memberDistances(x: number, dimensions: number, from: number, to: number, labels: number, centroids: number, distances: number, squares: number, distanceMagic: number, squaredMagic: number): void;
  scoresBytes(): number;
  scoresGroupBytes(dimensions: number): number;
  // biome-ignore format: one line an export
  scoresSpace(state: number, x: number, dimensions: number, order: number, count: number, labels: number, sizes: number, norms: number, scale: number, sums: number, own: number, other: number, group: number): void;
  scoresColumns(state: number, first: number, columns: number): void;
  scoresRows(state: number, from: number, to: number): void;
  scoresClose(state: number, from: number, to: number): void;
}
