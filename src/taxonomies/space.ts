/** Vectors of documents in a taxonomy's space, and the node that each is nearest to. Pure. */
import { dimensionsOf, type Space } from "./contract";

type Vectors = Record<string, unknown>;

/** The part of a feature's URI that names it in a document's vectors. */
export const featureName = (uri: string): string => uri.slice(uri.lastIndexOf("/") + 1);

const isDense = (value: unknown, dimensions: number): value is number[] =>
  Array.isArray(value) && value.length === dimensions && value.every((one) => typeof one === "number");

/**
 * A document's vectors, by feature name or URI, as one vector of the space; null when one is missing, has another length, or
 * has no direction where directions are compared.
 */
export function placed(space: Space, vectors: Vectors): Float64Array | null {
  const point = new Float64Array(dimensionsOf(space));
  let at = 0;
  for (const { uri, dimensions, weight } of space.features) {
    const values = vectors[uri] ?? vectors[featureName(uri)];
    if (!isDense(values, dimensions)) return null;
    const length = space.normalize ? Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) : 1;
    if (length === 0) return null;
    for (let i = 0; i < dimensions; i++) point[at + i] = (values[i]! / length) * weight;
    at += dimensions;
  }
  return point;
}

/** The mean of the documents that lie in the space, or null when none does. */
export function meanOf(space: Space, documents: Iterable<Vectors>): Float64Array | null {
  const sum = new Float64Array(dimensionsOf(space));
  let count = 0;
  for (const vectors of documents) {
    const point = placed(space, vectors);
    if (!point) continue;
    for (let i = 0; i < sum.length; i++) sum[i]! += point[i]!;
    count += 1;
  }
  return count === 0 ? null : sum.map((value) => value / count);
}

export interface Match {
  node: number;
  /** Euclidean, in the space. */
  distance: number;
  /** Cosine of document and centroid. */
  similarity: number;
}

/** The nearest of the nodes by Euclidean distance, as k-means assigns; the first of equals. Null when none has a centroid. */
export function nearestOf(centroids: Float32Array, nodes: readonly number[], point: Float64Array): Match | null {
  const width = point.length;
  let best: { node: number; square: number } | null = null;
  for (const node of nodes) {
    const from = node * width;
    let square = 0;
    for (let i = 0; i < width; i++) square += (point[i]! - centroids[from + i]!) ** 2;
    if (!Number.isNaN(square) && (best === null || square < best.square)) best = { node, square };
  }
  if (!best) return null;
  const centroid = centroids.subarray(best.node * width, (best.node + 1) * width);
  let [dot, own, other] = [0, 0, 0];
  for (let i = 0; i < width; i++) {
    dot += point[i]! * centroid[i]!;
    own += point[i]! ** 2;
    other += centroid[i]! ** 2;
  }
  const length = Math.sqrt(own * other);
  return { node: best.node, distance: Math.sqrt(best.square), similarity: length === 0 ? 0 : dot / length };
}
