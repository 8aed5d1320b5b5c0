/**
 * Members on the map in typed arrays that grow as they arrive: 12 bytes a point, and the document's id.
 */
import { topLevel } from "./palette.js";

const FIRST_CAPACITY = 4096;

export class Points {
  count = 0;
  /** Rows without a place on the map. */
  unplaced = 0;
  x = new Float32Array(FIRST_CAPACITY);
  y = new Float32Array(FIRST_CAPACITY);
  /** Index into `clusters` of each point. */
  cluster = new Uint32Array(FIRST_CAPACITY);
  /** @type {string[]} */
  documents = [];
  /** Clusters in the order in which they appeared. @type {{ id: string, top: string }[]} */
  clusters = [];
  bounds = { minX: Infinity, maxX: -Infinity, minY: Infinity, maxY: -Infinity };
  #indexOf = new Map();
  #sums = new Map();

  /** @param {{ document_id: string, cluster_id: string, x: number | null, y: number | null }} member a member row */
  add({ document_id, cluster_id, x, y }) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      this.unplaced++;
      return;
    }
    if (this.count === this.x.length) this.#grow();
    const at = this.count++;
    this.x[at] = x;
    this.y[at] = y;
    this.cluster[at] = this.#intern(cluster_id);
    this.documents.push(document_id);
    const { bounds } = this;
    if (x < bounds.minX) bounds.minX = x;
    if (x > bounds.maxX) bounds.maxX = x;
    if (y < bounds.minY) bounds.minY = y;
    if (y > bounds.maxY) bounds.maxY = y;
    const sum = this.#sums.get(this.clusters[this.cluster[at]].top);
    sum.x += x;
    sum.y += y;
    sum.count++;
  }

  /** Middle of each top-level cluster, for its label. @returns {{ id: string, x: number, y: number }[]} */
  centres() {
    return [...this.#sums].map(([id, { x, y, count }]) => ({ id, x: x / count, y: y / count }));
  }

  /** Index of the point nearest to x, y within `radius` (map units), or -1. One pass: 100,000 take a fraction of a millisecond. */
  nearest(x, y, radius) {
    let best = -1;
    let least = radius * radius;
    for (let i = 0; i < this.count; i++) {
      const dx = this.x[i] - x;
      const dy = this.y[i] - y;
      const squared = dx * dx + dy * dy;
      if (squared <= least) {
        least = squared;
        best = i;
      }
    }
    return best;
  }

  #intern(id) {
    const known = this.#indexOf.get(id);
    if (known !== undefined) return known;
    const top = topLevel(id);
    this.#indexOf.set(id, this.clusters.length);
    if (!this.#sums.has(top)) this.#sums.set(top, { x: 0, y: 0, count: 0 });
    return this.clusters.push({ id, top }) - 1;
  }

  #grow() {
    for (const name of ["x", "y", "cluster"]) {
      const grown = new this[name].constructor(this[name].length * 2);
      grown.set(this[name]);
      this[name] = grown;
    }
  }
}
