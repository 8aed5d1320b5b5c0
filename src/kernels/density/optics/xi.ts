/**
 * Clusters by steepness: figure 19 of Ankerst, Breunig, Kriegel & Sander 1999, as scikit-learn 1.2 reads it: a steep area ends only after more than `minSamples` flat
 * points, the plot ends in Infinity, criterion 4c looks for r(x) > r(start); and the correction by predecessors of Schubert & Gertz, "Improving the
 * Cluster Structure Extracted from OPTICS Plots" (LWDA 2018).
 */
import type { OpticsOrdering } from "./contract";

export interface XiOptions {
  xi: number;
  minSamples: number;
  minClusterSize: number;
  predecessorCorrection: boolean;
}

/** A steep descent, and the highest reachability between its end and the current place. */
interface Descent {
  start: number;
  end: number;
  between: number;
}

type Interval = [start: number, end: number];

/** Places [start, end] in the ordering, both included; a cluster comes after those that it holds. */
export function xiClusters(order: OpticsOrdering, options: XiOptions): Interval[] {
  const { ordering, reachability } = order;
  const rows = ordering.length;
  const plot = Float64Array.from({ length: rows + 1 }, (_, i) => (i < rows ? reachability[ordering[i]!]! : Infinity));
  const keep = 1 - options.xi;
  const ratio = plot.slice(0, rows).map((value, i) => value / plot[i + 1]!);
  const isUpward = (i: number): boolean => ratio[i]! < 1;
  const isDownward = (i: number): boolean => ratio[i]! > 1;
  const isSteepUpward = (i: number): boolean => ratio[i]! <= keep;
  const isSteepDownward = (i: number): boolean => ratio[i]! >= 1 / keep;

  /** Last place of the steep area from `start` on. */
  const extend = (start: number, isSteep: (i: number) => boolean, isOpposite: (i: number) => boolean): number => {
    let flat = 0;
    let end = start;
    for (let i = start; i < rows; i++) {
      if (isSteep(i)) {
        flat = 0;
        end = i;
      } else if (isOpposite(i) || ++flat > options.minSamples) break;
    }
    return end;
  };

  const correct = corrector(order, plot);
  let descents: Descent[] = [];
  const clusters: Interval[] = [];
  let index = 0;
  let between = 0;
  for (let steep = 0; steep < rows; steep++) {
    if (steep < index || !(isSteepUpward(steep) || isSteepDownward(steep))) continue;
    for (let i = index; i <= steep; i++) between = Math.max(between, plot[i]!);
    descents = stillOpen(descents, between, keep, plot);
    if (isSteepDownward(steep)) {
      const end = extend(steep, isSteepDownward, isUpward);
      descents.push({ start: steep, end, between: 0 });
      index = end + 1;
    } else {
      const end = extend(steep, isSteepUpward, isDownward);
      index = end + 1;
      const found: Interval[] = [];
      for (const descent of descents) {
        const bounds = boundaries(descent, steep, end, plot, keep);
        const interval = bounds && options.predecessorCorrection ? correct(bounds) : bounds;
        if (interval && isCluster(interval, descent, steep, options.minClusterSize)) found.push(interval);
      }
      clusters.push(...found.reverse());
    }
    between = plot[index]!;
  }
  return clusters;
}

/** Descents that no higher place has closed since. */
function stillOpen(descents: Descent[], between: number, keep: number, plot: Float64Array): Descent[] {
  if (between === Infinity) return [];
  const open = descents.filter(({ start }) => between <= plot[start]! * keep);
  for (const descent of open) descent.between = Math.max(descent.between, between);
  return open;
}

/** Where the cluster between a descent and the ascent [rise, end] begins and ends: at about the same height (criteria 3b and 4). */
function boundaries(descent: Descent, rise: number, end: number, plot: Float64Array, keep: number): Interval | null {
  const after = plot[end + 1]!;
  if (after * keep < descent.between) return null;
  const height = plot[descent.start]!;
  let [first, last] = [descent.start, end];
  if (height * keep >= after) {
    while (plot[first + 1]! > after && first < descent.end) first++;
  } else if (after * keep >= height) {
    while (plot[last - 1]! > height && last > rise) last--;
  }
  return [first, last];
}

/** Criteria 1 to 3a. */
function isCluster([first, last]: Interval, descent: Descent, rise: number, minClusterSize: number): boolean {
  return last - first + 1 >= minClusterSize && first <= descent.end && last >= rise;
}

/**
 * Shortens an interval until its last row was reached from within it, or lies lower than its first. As in scikit-learn 1.2, the predecessor's
 * number is looked up as a place in the ordering, which for most intervals comes to the same; agreement with that library is what this is held to.
 */
function corrector(
  { ordering, predecessor }: OpticsOrdering,
  plot: Float64Array,
): (bounds: Interval) => Interval | null {
  const places = new Int32Array(ordering.length);
  for (const [place, row] of ordering.entries()) places[row] = place;
  return ([first, last]) => {
    for (let end = last; first < end; end--) {
      if (plot[first]! > plot[end]!) return [first, end];
      const place = places[ordering.at(predecessor[ordering[end]!]!)!]!;
      if (place >= first && place < end) return [first, end];
    }
    return null;
  };
}
