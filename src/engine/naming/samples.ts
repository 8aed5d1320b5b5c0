/** The documents that stand for each cluster, those that say most first. */
import { type Candidate, chooseSamples, sampleCount } from "../../labeling/samples";
import type { Gleaned, Gleaner } from "./gleaner";
import type { Sample } from "./names";
import type { NamedCluster } from "./source";

/** Documents that a choice is made from. */
const CANDIDATES = 48;

/** `wanted`: samples of every cluster, or null for as many as its size and spread ask for. */
export function samplesOf(clusters: NamedCluster[], gleaner: Gleaner, wanted: number | null): Record<string, Sample[]> {
  const children = Map.groupBy(clusters, (one) => one.parentId);
  const spreads = clusters.flatMap(({ variance }) => (variance === null ? [] : [Math.sqrt(variance)]));
  const median = spreads.sort((a, b) => a - b)[spreads.length >> 1] ?? 0;
  const candidatesOf = (id: string): Gleaned[] => {
    const below = children.get(id) ?? [];
    if (below.length === 0) return gleaner.candidates(id);
    // Of each what says most about it, then what says less.
    const lists = [gleaner.candidates(id), ...below.map((child) => candidatesOf(child.id))];
    const longest = Math.max(...lists.map((list) => list.length));
    const merged = Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
    return merged.slice(0, CANDIDATES);
  };
  const samples: Record<string, Sample[]> = {};
  for (const { id, members, variance } of clusters) {
    const candidates = candidatesOf(id);
    const spread = variance === null || median === 0 ? 1 : Math.sqrt(variance) / median;
    const chosen = chooseSamples(candidates satisfies Candidate[], wanted ?? sampleCount(members, spread));
    samples[id] = chosen.map((i) => ({
      collectionId: candidates[i]!.collectionId,
      documentId: candidates[i]!.documentId,
    }));
  }
  return samples;
}
