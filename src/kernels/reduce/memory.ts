/** Bytes that the reductions take, as upper bounds; see ../memory.ts. n rows, k neighbours a row, the larger of what the stages need. */
import { laplacianBytes } from "../graph/memory";
import { pointStride } from "./umap/layout";
import { SPECTRAL_COMPONENTS } from "./umap/start";

const KIB = 1024;

/** Directed edges of the union of n lists of k, at most. */
const unionEntries = (n: number, k: number): number => 2 * n * k;

export const umapGraphBytes = (n: number, k: number): number => 4 * n * k;

export const umapStartBytes = (n: number, entries: number, components: number): number =>
  Math.max(laplacianBytes(n, entries, Math.min(components, SPECTRAL_COMPONENTS) + 1), 4 * n * components);

export const umapLayoutBytes = (n: number, entries: number, components: number): number =>
  4 * (n + 2) * pointStride(components) + 8 * (n + 1) + 8 * (entries + 4) + KIB;

/** All stages, which follow each other. `entries`: the graph's directed edges, where they are known. */
export const umapBytes = (n: number, k: number, components: number, entries = unionEntries(n, k)): number =>
  Math.max(umapGraphBytes(n, k), umapStartBytes(n, entries, components), umapLayoutBytes(n, entries, components));

/** n new rows into a layout of m. */
export const umapTransformBytes = (n: number, k: number, components: number, m: number): number =>
  4 * m * pointStride(components) + Math.max(umapGraphBytes(n, k), umapLayoutBytes(n, n * k, components));
