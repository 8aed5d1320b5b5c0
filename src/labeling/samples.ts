/**
 * Documents that stand for a cluster: near its centroid, and unlike each other. Greedy, so that the first n of an order are the choice of
 * n (maximal marginal relevance, Carbonell & Goldstein 1998, with distances for similarities).
 */

export const MAX_SAMPLES = 20;
const MIN_SAMPLES = 3;

export interface Candidate {
  /** To the centroid; 0 where there is none. */
  distance: number;
  /** Place on the map; the same number of coordinates for all, none where there is no map. */
  place: readonly number[];
}

/** Indexes of at most `count` candidates in the order of the choice; on ties the earlier candidate. */
export function chooseSamples(candidates: Candidate[], count: number): number[] {
  if (candidates.length === 0) return [];
  const farthest = Math.max(...candidates.map((one) => one.distance)) || 1;
  const near = candidates.map((one) => 1 - one.distance / farthest);
  const first = near.indexOf(Math.max(...near));
  const chosen = [first];
  const apart = candidates.map((one) => between(one, candidates[first]!));
  const widest = Math.max(...apart) || 1;
  while (chosen.length < Math.min(count, candidates.length)) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    candidates.forEach((_, i) => {
      const worth = near[i]! + Math.min(1, apart[i]! / widest);
      if (!chosen.includes(i) && worth > most) [best, most] = [i, worth];
    });
    chosen.push(best);
    candidates.forEach((one, i) => {
      apart[i] = Math.min(apart[i]!, between(one, candidates[best]!));
    });
  }
  return chosen;
}

/**
 * How many samples show a cluster: 3 + 2 · log₂(members / 8) · spread, between 3 and 20 and no more than its members. `spread` is its
 * root mean squared distance as a multiple of the median cluster's, held to ½–2; 1 where distances are not known.
 */
export function sampleCount(members: number, spread: number): number {
  const held = Math.min(2, Math.max(0.5, spread));
  const wanted = Math.round(MIN_SAMPLES + 2 * Math.log2(Math.max(1, members / 8)) * held);
  return Math.min(members, MAX_SAMPLES, wanted);
}

function between(a: Candidate, b: Candidate): number {
  const sum = a.place.reduce((total, value, i) => total + (value - b.place[i]!) ** 2, 0);
  return a.place.length > 0 ? Math.sqrt(sum) : Math.abs(a.distance - b.distance);
}
