/**
 * Takes from the members as they go by what names are made from: of every cluster a seeded sample of its documents, and those nearest to
 * its centroid. What is taken depends on the members' order in the table and on the seed alone.
 */
import type { MemberBatch } from "../../artifacts";
import { rowHash } from "../sampling";
import type { NamedCluster } from "./source";

/** Draws of the seed that no other choice of rows uses. */
const GLEANED = 11;
/** Documents nearest to the centroid that are kept of a cluster, where samples are wanted. */
const NEAREST = 24;
/** Fewest documents whose words are counted of a cluster, however many clusters there are. */
const LEAST_QUOTA = 10;

export interface Gleaned {
  /** Row of the members' table. */
  row: number;
  collectionId: string;
  documentId: string;
  distance: number;
  place: number[];
}

interface Own {
  quota: number;
  /** Of the hashes: rows above it cannot be among the `quota` least, but for a freak of chance. */
  limit: number;
  sampled: (Gleaned & { hash: number })[];
  nearest: Gleaned[];
}

export class Gleaner {
  readonly #clusters = new Map<string, Own>();
  readonly #seed: number;
  readonly #near: boolean;
  #row = 0;

  /** `rows`: of all clusters together; `near`: whether the nearest are wanted too. */
  constructor(clusters: NamedCluster[], { rows, seed, near }: { rows: number; seed: number; near: boolean }) {
    this.#seed = seed;
    this.#near = near;
    const leaves = clusters.length - new Set(clusters.map((one) => one.parentId).filter((id) => id !== null)).size;
    const quota = Math.max(LEAST_QUOTA, Math.floor(rows / Math.max(1, leaves)));
    for (const { id, members } of clusters) {
      // Four standard deviations above what is expected.
      const share = (quota + 4 * Math.sqrt(quota) + 4) / Math.max(1, members);
      this.#clusters.set(id, { quota, limit: Math.min(1, share) * 2 ** 32, sampled: [], nearest: [] });
    }
  }

  add({ documentIds, collectionId, clusterIds, distances, components, coordinates }: MemberBatch): void {
    for (let i = 0; i < documentIds.length; i++) {
      const row = this.#row++;
      const own = this.#clusters.get(clusterIds[i]!);
      if (!own) continue;
      const hash = rowHash(this.#seed, GLEANED, row);
      const distance = Number.isNaN(distances[i]!) ? 0 : distances[i]!;
      const last = own.nearest.length < NEAREST ? Number.POSITIVE_INFINITY : own.nearest.at(-1)!.distance;
      const isNear = this.#near && distance < last;
      if (hash >= own.limit && !isNear) continue;
      const place = Array.from(coordinates.subarray(i * components, (i + 1) * components));
      const one: Gleaned = { row, collectionId, documentId: documentIds[i]!, distance, place };
      if (hash < own.limit) own.sampled.push({ ...one, hash });
      if (isNear) insert(own.nearest, one);
    }
  }

  /** Documents whose words are counted, in the order of their rows, with their cluster. */
  sampled(): (Gleaned & { clusterId: string })[] {
    return [...this.#clusters]
      .flatMap(([clusterId, { quota, sampled }]) =>
        sampled
          .sort((a, b) => a.hash - b.hash || a.row - b.row)
          .slice(0, quota)
          .map((one) => ({ ...one, clusterId })),
      )
      .sort((a, b) => a.row - b.row);
  }

  /** The nearest documents of the cluster, then as many drawn from all of it. */
  candidates(clusterId: string): Gleaned[] {
    const { nearest, sampled } = this.#clusters.get(clusterId)!;
    const known = new Set(nearest.map((one) => one.row));
    const drawn = [...sampled].sort((a, b) => a.hash - b.hash || a.row - b.row).filter((one) => !known.has(one.row));
    return [...nearest, ...drawn.slice(0, NEAREST)];
  }
}

function insert(nearest: Gleaned[], one: Gleaned): void {
  let at = nearest.length;
  while (at > 0 && nearest[at - 1]!.distance > one.distance) at -= 1;
  nearest.splice(at, 0, one);
  if (nearest.length > NEAREST) nearest.pop();
}
