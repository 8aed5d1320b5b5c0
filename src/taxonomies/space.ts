/** Vectors of documents in a taxonomy's space, and the node that each is nearest to. Pure. */
import { textOf } from "../domain/text/feature";
import { lexicalVector } from "../domain/text/lexical";
import { sublinear } from "../engine/sparse/weighting";
import { dimensionsOf, type Space, type Vocabulary } from "./contract";

type Vectors = Record<string, unknown>;

/** The part of a feature's URI that names it in a document's vectors. */
export const featureName = (uri: string): string => uri.slice(uri.lastIndexOf("/") + 1);

const isDense = (value: unknown, dimensions: number): value is number[] =>
  Array.isArray(value) && value.length === dimensions && value.every((one) => typeof one === "number");

interface Entries {
  indices: ArrayLike<number>;
  values: ArrayLike<number>;
}

/** The position of each column; made once for a vocabulary. */
const positions = new WeakMap<Vocabulary, Map<number, number>>();

function positionsOf(vocabulary: Vocabulary): Map<number, number> {
  const known = positions.get(vocabulary);
  if (known) return known;
  const made = new Map(vocabulary.columns.map((index, position) => [index, position]));
  positions.set(vocabulary, made);
  return made;
}

/** The entries that are in the vocabulary, weighted as a run weights words; null for what is no sparse vector. */
function weighted(vocabulary: Vocabulary, given: unknown): Float64Array | null {
  const { indices, values } = (given ?? {}) as Partial<Entries>;
  if (!indices || !values) return null;
  const columns = positionsOf(vocabulary);
  const { idf } = vocabulary;
  const dense = new Float64Array(columns.size);
  for (let i = 0; i < indices.length; i++) {
    const position = columns.get(indices[i]!);
    if (position !== undefined) dense[position] = idf ? sublinear(values[i]!) * idf[position]! : values[i]!;
  }
  return dense;
}

const wordsOf = ({ paths }: Vocabulary, payload: Vectors): Entries | null =>
  paths && lexicalVector(textOf(payload, paths).text);

/**
 * A document's vectors, by feature name or URI, as one vector of the space; null when one is missing, has another length, or
 * has no direction where directions are compared. Words that are not given as a vector are read from the payload.
 */
export function placed(space: Space, vectors: Vectors, payload: Vectors = {}): Float64Array | null {
  const point = new Float64Array(dimensionsOf(space));
  let at = 0;
  for (const { uri, dimensions, weight, sparse } of space.features) {
    const given = vectors[uri] ?? vectors[featureName(uri)];
    const values = sparse
      ? weighted(sparse, given ?? wordsOf(sparse, payload))
      : isDense(given, dimensions)
        ? Float64Array.from(given)
        : null;
    if (!values) return null;
    const directed = space.normalize || Boolean(sparse?.idf);
    const length = directed ? Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) : 1;
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
  if (count === 0) return null;
  // Texts share few words, so a mean of various ones is short and would be near to all: of words, directions are compared.
  const length = space.features.some(({ sparse }) => sparse) ? Math.hypot(...sum) : count;
  return length === 0 ? null : sum.map((value) => value / length);
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
