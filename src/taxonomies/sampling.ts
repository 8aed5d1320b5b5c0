/** A bounded sample of each node's documents, the same whatever order they come in: those of the least hashes. Pure. */
import { murmur3 } from "../domain/text/murmur";

const encoder = new TextEncoder();
export const hashOf = (collectionId: string, documentId: string): number =>
  murmur3(encoder.encode(`${collectionId}/${documentId}`));

interface Entry {
  hash: number;
  collectionId: string;
  documentId: string;
}

export class Samples {
  readonly #quota: number;
  readonly #byNode = new Map<string, Entry[]>();

  constructor(quota: number) {
    this.#quota = quota;
  }

  add(nodeId: string, collectionId: string, documentId: string): void {
    const entries = this.#byNode.get(nodeId) ?? [];
    if (entries.length === 0) this.#byNode.set(nodeId, entries);
    const hash = hashOf(collectionId, documentId);
    if (entries.length === this.#quota && hash >= entries.at(-1)!.hash) return;
    let at = entries.length;
    while (at > 0 && entries[at - 1]!.hash > hash) at--;
    entries.splice(at, 0, { hash, collectionId, documentId });
    if (entries.length > this.#quota) entries.pop();
  }

  /** Ids by collection. */
  of(nodeId: string): { collectionId: string; documentIds: string[] }[] {
    const byCollection = new Map<string, string[]>();
    for (const { collectionId, documentId } of this.#byNode.get(nodeId) ?? []) {
      byCollection.set(collectionId, [...(byCollection.get(collectionId) ?? []), documentId]);
    }
    return [...byCollection].map(([collectionId, documentIds]) => ({ collectionId, documentIds }));
  }
}

/** Documents that the centroids of all nodes are made from, at most; few nodes get more each. */
const TOTAL = 20_000;
export const quotaFor = (nodes: number): number => Math.min(256, Math.max(16, Math.floor(TOTAL / Math.max(1, nodes))));
