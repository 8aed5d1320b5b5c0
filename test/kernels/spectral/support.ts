/** Adjusted Rand index of two labellings: Hubert & Arabie (1985). */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const pairs = (counts: Iterable<number>): number => {
    let sum = 0;
    for (const count of counts) sum += (count * (count - 1)) / 2;
    return sum;
  };
  const count = (keys: (i: number) => string): number => {
    const counts = new Map<string, number>();
    for (let i = 0; i < a.length; i++) counts.set(keys(i), (counts.get(keys(i)) ?? 0) + 1);
    return pairs(counts.values());
  };
  const [rows, columns] = [count((i) => `${a[i]}`), count((i) => `${b[i]}`)];
  const expected = (rows * columns) / pairs([a.length]);
  const most = (rows + columns) / 2;
  return most === expected ? 1 : (count((i) => `${a[i]} ${b[i]}`) - expected) / (most - expected);
}
