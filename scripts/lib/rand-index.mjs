/** Hubert and Arabie's adjusted Rand index of two partitions: 1 when they are the same, about 0 when they have nothing in common. */

/** @param {ArrayLike<unknown>} a the group of each element @param {ArrayLike<unknown>} b the same, of another partition */
export function adjustedRandIndex(a, b) {
  const both = new Map();
  const first = new Map();
  const second = new Map();
  const add = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let i = 0; i < a.length; i++) {
    add(first, a[i]);
    add(second, b[i]);
    if (!both.has(a[i])) both.set(a[i], new Map());
    add(both.get(a[i]), b[i]);
  }
  const pairs = (counts) => counts.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const together = pairs([...both.values()].flatMap((row) => [...row.values()]));
  const inFirst = pairs([...first.values()]);
  const inSecond = pairs([...second.values()]);
  const all = pairs([a.length]);
  const expected = all === 0 ? 0 : (inFirst * inSecond) / all;
  const most = (inFirst + inSecond) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}
