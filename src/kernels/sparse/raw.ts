/** Exports of asm/linalg/sparse.ts and asm/linalg/thin.ts as the façade calls them. */
export interface RawSparse {
  // biome-ignore format: one line an export
  sparseProducts(starts: number, rows: number, values: number, from: number, to: number, basis: number, stride: number, image: number): void;
  // biome-ignore format: one line an export
  sparseTransposed(starts: number, rows: number, values: number, from: number, to: number, image: number, stride: number, magic: number, sums: number): void;
  thinGram(x: number, y: number, rows: number, stride: number, gram: number): void;
  thinRotate(x: number, rows: number, stride: number, m: number, work: number): void;
}
