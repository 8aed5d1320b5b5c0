/**
 * Clusters of faces that are one face: two merge when their centroids point the same way and they were seen in the same place or the same
 * scenes. The most similar pair merges first, again and again until no pair does. Pure. docs/design/hierarchy.md
 */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

export interface FaceTrack {
  /** Sum of the members' vectors: its direction is the centroid's, and sums add up. */
  sum: Float64Array;
  /** Boxes by frame. */
  frames: ReadonlyMap<number, readonly Box[]>;
  scenes: ReadonlySet<number>;
}

export interface FaceThresholds {
  centroidCosine: number;
  boxIou: number;
  sceneJaccard: number;
}

/** For every track the lowest number among those that it is one face with. */
export function mergeFaces(tracks: readonly FaceTrack[], thresholds: FaceThresholds): number[] {
  const merging = new Merging(tracks, thresholds);
  while (merging.mergeBest());
  return merging.roots();
}

interface Partner {
  track: number;
  cosine: number;
}

class Merging {
  readonly #thresholds: FaceThresholds;
  /** Null once it has become part of another. */
  readonly #tracks: (FaceTrack | null)[];
  readonly #norms: number[];
  readonly #into: number[];
  /** Of every track the best of the higher-numbered ones that it may merge with. */
  readonly #best: (Partner | null)[];

  constructor(tracks: readonly FaceTrack[], thresholds: FaceThresholds) {
    this.#thresholds = thresholds;
    this.#tracks = [...tracks];
    this.#norms = tracks.map(({ sum }) => Math.sqrt(dot(sum, sum)));
    this.#into = tracks.map((_, i) => i);
    this.#best = [];
    for (const i of tracks.keys()) this.#best[i] = this.#search(i);
  }

  roots(): number[] {
    const root = (track: number): number => (this.#into[track] === track ? track : root(this.#into[track]!));
    return this.#into.map((_, track) => root(track));
  }

  /** Merges the pair of the highest cosine, the lowest numbers on ties; false where no pair may merge. */
  mergeBest(): boolean {
    let first = -1;
    for (const [track, partner] of this.#best.entries())
      if (partner && (first < 0 || partner.cosine > this.#best[first]!.cosine)) first = track;
    if (first < 0) return false;
    const second = this.#best[first]!.track;
    const merged = joined(this.#tracks[first]!, this.#tracks[second]!);
    this.#tracks[first] = merged;
    this.#tracks[second] = null;
    this.#norms[first] = Math.sqrt(dot(merged.sum, merged.sum));
    this.#into[second] = first;
    this.#best[second] = null;
    for (const [track, own] of this.#tracks.entries()) {
      if (!own) continue;
      const partner = this.#best[track];
      if (track === first || partner?.track === first || partner?.track === second)
        this.#best[track] = this.#search(track);
      else if (track < first) this.#best[track] = better(partner ?? null, this.#partner(track, first));
    }
    return true;
  }

  #search(track: number): Partner | null {
    let best: Partner | null = null;
    for (let other = track + 1; other < this.#tracks.length; other++)
      if (this.#tracks[other]) best = better(best, this.#partner(track, other));
    return best;
  }

  /** The other track as a partner of this one, where the two may merge. */
  #partner(track: number, other: number): Partner | null {
    const [a, b] = [this.#tracks[track]!, this.#tracks[other]!];
    const { centroidCosine, boxIou, sceneJaccard } = this.#thresholds;
    const length = this.#norms[track]! * this.#norms[other]!;
    if (length === 0) return null;
    const cosine = dot(a.sum, b.sum) / length;
    if (cosine < centroidCosine) return null;
    if ((sharedIou(a, b) ?? -1) < boxIou && (jaccard(a.scenes, b.scenes) ?? -1) < sceneJaccard) return null;
    return { track: other, cosine };
  }
}

/** The first on ties: partners are met in the order of their numbers, but for one that has just merged. */
function better(one: Partner | null, other: Partner | null): Partner | null {
  if (!one || !other) return one ?? other;
  if (one.cosine !== other.cosine) return one.cosine > other.cosine ? one : other;
  return one.track < other.track ? one : other;
}

function joined(a: FaceTrack, b: FaceTrack): FaceTrack {
  const frames = new Map(a.frames);
  for (const [frame, boxes] of b.frames) frames.set(frame, [...(frames.get(frame) ?? []), ...boxes]);
  return { sum: a.sum.map((value, i) => value + b.sum[i]!), frames, scenes: new Set([...a.scenes, ...b.scenes]) };
}

/** Mean over the frames that both were seen in of the best overlap of a box of one with a box of the other; null where there is none. */
export function sharedIou(a: FaceTrack, b: FaceTrack): number | null {
  const [few, many] = a.frames.size <= b.frames.size ? [a.frames, b.frames] : [b.frames, a.frames];
  let sum = 0;
  let shared = 0;
  for (const [frame, boxes] of few) {
    const others = many.get(frame);
    if (!others) continue;
    let best = 0;
    for (const box of boxes) for (const other of others) best = Math.max(best, iou(box, other));
    sum += best;
    shared += 1;
  }
  return shared > 0 ? sum / shared : null;
}

/** Intersection over union of two boxes. */
export function iou([ax1, ay1, ax2, ay2]: Box, [bx1, by1, bx2, by2]: Box): number {
  const width = Math.min(ax2, bx2) - Math.max(ax1, bx1);
  const height = Math.min(ay2, by2) - Math.max(ay1, by1);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - both);
}

/** Shared scenes over all of both; null where either was seen in none that is known. */
export function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number | null {
  if (a.size === 0 || b.size === 0) return null;
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const scene of few) shared += Number(many.has(scene));
  return shared / (a.size + b.size - shared);
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
