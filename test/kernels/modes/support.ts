/** Mean shift straight from its definition, in f64, one seed at a time. */

export interface Settings {
  bandwidth: number;
  seeds: number[][];
  maxIter: number;
}

const distance = (a: number[], b: number[]): number => Math.sqrt(a.reduce((sum, v, t) => sum + (v - b[t]!) ** 2, 0));

export function rowsOf(x: Float32Array, d: number): number[][] {
  return Array.from({ length: x.length / d }, (_, i) => [...x.subarray(i * d, (i + 1) * d)]);
}

/** Modes, most intense first, and the most moves. */
export function bruteMeanShift(rows: number[][], { bandwidth, seeds, maxIter }: Settings) {
  const ends: { mean: number[]; members: number }[] = [];
  let iterations = 0;
  for (const seed of seeds) {
    let mean = seed;
    for (let moves = 0; ; moves++) {
      const within = rows.filter((row) => distance(row, mean) <= bandwidth);
      iterations = Math.max(iterations, moves);
      if (within.length === 0) break;
      const old = mean;
      mean = old.map((_, t) => within.reduce((sum, row) => sum + row[t]!, 0) / within.length);
      if (distance(mean, old) < 1e-3 * bandwidth || moves === maxIter) {
        ends.push({ mean, members: within.length });
        break;
      }
    }
  }
  const descending = (a: number[], b: number[]): number => {
    const t = a.findIndex((v, i) => v !== b[i]);
    return t < 0 ? 0 : b[t]! - a[t]!;
  };
  ends.sort((a, b) => b.members - a.members || descending(a.mean, b.mean));
  const modes: typeof ends = [];
  for (const end of ends) if (!modes.some((mode) => distance(mode.mean, end.mean) <= bandwidth)) modes.push(end);
  return { modes, iterations };
}

export function bruteLabels(rows: number[][], centers: number[][], reach: number): number[] {
  return rows.map((row) => {
    const distances = centers.map((center) => distance(row, center));
    const best = Math.min(...distances);
    return best <= reach ? distances.indexOf(best) : -1;
  });
}

export function bruteBandwidth(rows: number[][], quantile: number): number {
  const k = Math.max(1, Math.floor(rows.length * quantile));
  const far = rows.map((row) => rows.map((other) => distance(row, other)).sort((a, b) => a - b)[k - 1]!);
  return far.reduce((a, b) => a + b, 0) / rows.length;
}
