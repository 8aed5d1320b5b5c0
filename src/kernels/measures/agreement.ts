/** How far two labellings of the same rows agree. Pure functions of labels; −1 marks noise. */

/** Rows by (label of the first, label of the second), noise as a class of its own, in the order of their first row. */
interface Contingency {
  /** Sizes of the classes of either side. */
  first: Float64Array;
  second: Float64Array;
  /** Of their intersections, by first × (classes of the second) + second, where they have rows: as many at most as there are rows. */
  both: Map<number, number>;
}

/**
 * Adjusted Rand index (Hubert & Arabie 1985): 1 for the same partition up to names, 0 on average for chance. Noise counts as a class. 1 for fewer
 * than two rows.
 */
export function adjustedRandIndex(first: Int32Array, second: Int32Array): number {
  const { first: a, second: b, both } = contingency(first, second);
  const all = pairs(first.length);
  const together = sumOfPairs(both.values());
  const [inFirst, inSecond] = [sumOfPairs(a), sumOfPairs(b)];
  const expected = all === 0 ? 0 : (inFirst * inSecond) / all;
  const most = (inFirst + inSecond) / 2;
  // Both trivial in the same way: one class, or as many as rows.
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/**
 * For each cluster of `reference` (labels 0 … clusters − 1) the largest Jaccard index |A ∩ B| / |A ∪ B| with any cluster of `other` (Hennig
 * 2007). Noise is no cluster, but noise in one counts against a cluster of the other; a cluster without rows gets NaN.
 */
export function jaccardMatches(reference: Int32Array, other: Int32Array, clusters: number): Float64Array {
  const [own, found] = [compact(reference), compact(other)];
  const { first, second, both } = contingency(reference, other);
  const best = new Float64Array(clusters).fill(Number.NaN);
  for (const [label, i] of own.names) {
    if (label < 0) continue;
    if (label >= clusters) throw new RangeError(`label ${label} is not below ${clusters} clusters`);
    best[label] = 0;
    for (const [match, j] of found.names) {
      if (match < 0) continue;
      const common = both.get(i * second.length + j) ?? 0;
      best[label] = Math.max(best[label]!, common / (first[i]! + second[j]! - common));
    }
  }
  return best;
}

function contingency(first: Int32Array, second: Int32Array): Contingency {
  if (first.length !== second.length) throw new RangeError(`${first.length} labels against ${second.length}`);
  const [a, b] = [compact(first), compact(second)];
  const both = new Map<number, number>();
  for (const [row, i] of a.classes.entries()) {
    const key = i * b.names.size + b.classes[row]!;
    both.set(key, (both.get(key) ?? 0) + 1);
  }
  return { first: sizes(a), second: sizes(b), both };
}

interface Classes {
  /** Class of each label, in the order of first rows. */
  names: Map<number, number>;
  /** Class of each row. */
  classes: Int32Array;
}

function compact(labels: Int32Array): Classes {
  const names = new Map<number, number>();
  const classes = labels.map((label) => {
    const known = names.get(label);
    if (known !== undefined) return known;
    names.set(label, names.size);
    return names.size - 1;
  });
  return { names, classes };
}

function sizes({ names, classes }: Classes): Float64Array {
  const counts = new Float64Array(names.size);
  for (const one of classes) counts[one]!++;
  return counts;
}

const pairs = (count: number): number => (count * (count - 1)) / 2;

function sumOfPairs(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += pairs(count);
  return sum;
}
