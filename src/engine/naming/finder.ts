/** Finds the clusters of an earlier run that people have named: among the same clusters by id, among others by the documents in them. */
import type { MemberBatch } from "../../artifacts";

interface Labelled {
  groupId: string;
  representatives: string[];
}

const levelOf = (clusterId: string): number => clusterId.split("_sub_").length;

/** The cluster and those that it lies in, from the top: `cl_0`, `cl_0_sub_1`. */
function* lineOf(clusterId: string): Generator<string> {
  const parts = clusterId.split("_sub_");
  for (let i = 1; i <= parts.length; i++) yield parts.slice(0, i).join("_sub_");
}

export class Finder {
  readonly #labelled: Labelled[];
  readonly #isSame: boolean;
  /** Named clusters by the documents that stand for them. */
  readonly #wanted = new Map<string, Labelled[]>();
  /** Documents of a named cluster in each cluster of this run. */
  readonly #counts = new Map<string, Map<string, number>>();

  /** `isSame`: the clusters are those of the earlier run. */
  constructor(labelled: Labelled[], isSame: boolean) {
    this.#labelled = labelled;
    this.#isSame = isSame;
    if (isSame) return;
    for (const one of labelled)
      for (const id of one.representatives) this.#wanted.set(id, [...(this.#wanted.get(id) ?? []), one]);
  }

  /** Whether it needs to see the members. */
  get isLooking(): boolean {
    return this.#wanted.size > 0;
  }

  add({ documentIds, clusterIds }: MemberBatch): void {
    if (!this.isLooking) return;
    documentIds.forEach((id, i) => {
      for (const { groupId } of this.#wanted.get(id) ?? []) {
        const counts = this.#counts.get(groupId) ?? new Map<string, number>();
        this.#counts.set(groupId, counts);
        for (const cluster of lineOf(clusterIds[i]!)) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
      }
    });
  }

  /**
   * Earlier ids and those here. A cluster is found again in the one of its level that holds more than half of its documents; where two are
   * found in the same one, it goes to the one with more of them, then to the lower id.
   */
  found(): [string, string][] {
    if (this.#isSame) return this.#labelled.map(({ groupId }) => [groupId, groupId]);
    const claims: { groupId: string; cluster: string; count: number }[] = [];
    for (const { groupId, representatives } of this.#labelled) {
      const own = [...(this.#counts.get(groupId) ?? [])]
        .filter(
          ([cluster, count]) =>
            levelOf(cluster) === levelOf(groupId) && cluster.startsWith("cl_") && 2 * count > representatives.length,
        )
        .sort(([a, m], [b, n]) => n - m || Number(b === groupId) - Number(a === groupId) || (a < b ? -1 : 1));
      if (own[0]) claims.push({ groupId, cluster: own[0][0], count: own[0][1] });
    }
    claims.sort((a, b) => b.count - a.count || (a.groupId < b.groupId ? -1 : 1));
    const taken = new Set<string>();
    return claims.flatMap(({ groupId, cluster }): [string, string][] => {
      if (taken.has(cluster)) return [];
      taken.add(cluster);
      return [[groupId, cluster]];
    });
  }
}
