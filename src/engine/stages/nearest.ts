/** The members nearest to each cluster's centroid, nearest first: of a shard, and merged. */
import { pieceName, type Scratch } from "../scratch";

/** Representatives kept of a cluster. */
export const REPRESENTATIVES = 5;
const FIELDS = 2;
const NONE = -1;

/** For every cluster `REPRESENTATIVES` pairs of (row, distance), by distance, then row; row -1 where there are fewer. */
export class Nearest {
  readonly clusters: number;
  readonly pairs: Float64Array<ArrayBuffer>;

  constructor(clusters: number, pairs?: Float64Array<ArrayBuffer>) {
    this.clusters = clusters;
    this.pairs = pairs ?? new Float64Array(clusters * REPRESENTATIVES * FIELDS).fill(NONE);
  }

  static async total(scratch: Scratch, name: string, parts: { from: number; to: number }[], clusters: number) {
    const total = new Nearest(clusters);
    for (const { from, to } of parts)
      total.merge(new Nearest(clusters, await scratch.doubles(pieceName(name, from, to))));
    return total;
  }

  add(cluster: number, row: number, distance: number): void {
    const { pairs } = this;
    const start = cluster * REPRESENTATIVES * FIELDS;
    let at = start + (REPRESENTATIVES - 1) * FIELDS;
    if (!this.#before(row, distance, at)) return;
    for (; at > start && this.#before(row, distance, at - FIELDS); at -= FIELDS) {
      pairs[at] = pairs[at - FIELDS]!;
      pairs[at + 1] = pairs[at - FIELDS + 1]!;
    }
    pairs[at] = row;
    pairs[at + 1] = distance;
  }

  merge(other: Nearest): void {
    for (let cluster = 0; cluster < this.clusters; cluster++)
      for (const [row, distance] of other.of(cluster)) this.add(cluster, row, distance);
  }

  /** (row, distance) of a cluster's representatives. */
  of(cluster: number): [row: number, distance: number][] {
    const found: [number, number][] = [];
    for (let i = 0; i < REPRESENTATIVES; i++) {
      const at = (cluster * REPRESENTATIVES + i) * FIELDS;
      if (this.pairs[at] !== NONE) found.push([this.pairs[at]!, this.pairs[at + 1]!]);
    }
    return found;
  }

  #before(row: number, distance: number, at: number): boolean {
    const other = this.pairs[at]!;
    if (other === NONE) return true;
    const otherDistance = this.pairs[at + 1]!;
    return distance < otherDistance || (distance === otherDistance && row < other);
  }
}
