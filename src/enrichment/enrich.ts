/** Writes what runs found into documents, batch after batch; a step goes on where the saved state says. */
import { memberRows } from "../artifacts";
import type { MemberRow } from "../artifacts/contract";
import { type CollectionRow, findCollection } from "../db/collections";
import { executionById } from "../db/executions";
import { collectionStore } from "../documents/client";
import type { FieldMapping } from "../domain/definition/cluster-facts";
import { NOISE_ID } from "../domain/ids";
import type { JobContext } from "../jobs/contract";
import { copyDocuments } from "./copy";
import { patchOf } from "./fields";
import { openRun, type RunTables, trackOf } from "./run-tables";

/** One run whose results are written. */
export interface EnrichingRun {
  runId: string;
  /** Before every key; empty where one run enriches. */
  prefix: string;
  mappings: FieldMapping[];
}

export interface EnrichCounts {
  processed: number;
  enriched: number;
  failed: number;
  noise: number;
  batches: number;
}

export interface EnrichState {
  runs: EnrichingRun[];
  /** Documents of this collection only; null for those of every collection that was clustered. */
  sourceCollectionId: string | null;
  /** The collection that copies go to; null to write in place. */
  targetCollectionId: string | null;
  batchSize: number;
  /** Batches written at once. */
  parallelism: number;
  /** Which run, and which row of its members comes next. */
  at: { run: number; row: number };
  counts: EnrichCounts;
}

export const NO_COUNTS: EnrichCounts = { processed: 0, enriched: 0, failed: 0, noise: 0, batches: 0 };

interface Part {
  collectionId: string;
  /** With the run's track, where each feature was clustered by itself. */
  rows: { member: MemberRow; track: string }[];
}

/** Goes on until `deadline` (milliseconds since the epoch), at least one round of batches. */
export async function enrichUntil(
  context: Pick<JobContext, "env" | "db" | "objects">,
  namespaceId: string,
  state: EnrichState,
  deadline: number,
): Promise<{ state: EnrichState; done: boolean }> {
  let { at } = state;
  const counts = { ...state.counts };
  for (; at.run < state.runs.length; at = { run: at.run + 1, row: 0 }) {
    const run = state.runs[at.run]!;
    const tables = await openRun(context, namespaceId, await executionById(context.db, namespaceId, run.runId));
    const writer = new Writer(context, { namespaceId, state, run, tables, first: at.run === 0 });
    for await (const { parts, next } of rounds(tables, state, at.row)) {
      for (const outcome of await Promise.all(parts.map((part) => writer.write(part)))) {
        counts.processed += outcome.processed;
        counts.enriched += outcome.enriched;
        counts.failed += outcome.processed - outcome.enriched;
        counts.noise += outcome.noise;
        counts.batches += 1;
      }
      at = { run: at.run, row: next };
      if (Date.now() >= deadline) return { state: { ...state, at, counts }, done: false };
    }
  }
  return { state: { ...state, at, counts }, done: true };
}

/** Batches of one collection's members each, as many as are written at once; `next` is the row that comes after them. */
async function* rounds(
  tables: RunTables,
  { batchSize, parallelism, sourceCollectionId }: EnrichState,
  from: number,
): AsyncGenerator<{ parts: Part[]; next: number }> {
  let parts: Part[] = [];
  let row = from;
  for await (const batch of tables.members.read({
    offset: from,
    limit: Number.POSITIVE_INFINITY,
    clusterIds: null,
  })) {
    for (const member of memberRows(batch)) {
      const track = trackOf(tables, row);
      const { collection_id: collectionId } = member;
      if (sourceCollectionId === null || collectionId === sourceCollectionId) {
        let last = parts.at(-1);
        // Two rows of one document (of two features) must not meet in one round: the later is to win.
        if (!last || last.collectionId !== collectionId || last.rows.length === batchSize) {
          if (parts.length === parallelism || (last && last.rows[0]!.track !== track)) {
            yield { parts, next: row };
            parts = [];
          }
          last = { collectionId, rows: [] };
          parts.push(last);
        } else if (last.rows[0]!.track !== track) {
          yield { parts, next: row };
          last = { collectionId, rows: [] };
          parts = [last];
        }
        last.rows.push({ member, track });
      }
      row += 1;
    }
  }
  if (parts.length > 0) yield { parts, next: row };
}

interface Writing {
  namespaceId: string;
  state: EnrichState;
  run: EnrichingRun;
  tables: RunTables;
  /** Later runs add to the copies that the first one made. */
  first: boolean;
}

class Writer {
  readonly #context: Pick<JobContext, "env" | "db" | "objects">;
  readonly #writing: Writing;
  readonly #collections = new Map<string, Promise<CollectionRow | null>>();

  constructor(context: Pick<JobContext, "env" | "db" | "objects">, writing: Writing) {
    this.#context = context;
    this.#writing = writing;
  }

  async write({ collectionId, rows }: Part): Promise<{ processed: number; enriched: number; noise: number }> {
    const { run, tables } = this.#writing;
    const patches = new Map<string, Record<string, unknown>>();
    let noise = 0;
    for (const { member, track } of rows) {
      const isNoise = member.cluster_id === NOISE_ID;
      if (isNoise) noise += 1;
      const facts = isNoise ? null : (tables.clusters.get(member.cluster_id) ?? null);
      const prefix = track === "" ? run.prefix : `${run.prefix}${track}_`;
      patches.set(member.document_id, patchOf(run.mappings, prefix, member, facts));
    }
    return { processed: rows.length, enriched: await this.#put(collectionId, patches), noise };
  }

  /** How many documents were written. Of a collection that is gone, none. */
  async #put(collectionId: string, patches: Map<string, Record<string, unknown>>): Promise<number> {
    const { env } = this.#context;
    const { namespaceId, state } = this.#writing;
    const source = await this.#collection(collectionId);
    if (!source) return 0;
    if (state.targetCollectionId === null) {
      return (await this.#update(collectionStore(env, namespaceId, source.id), patches, (id) => id)).size;
    }
    const target = await this.#collection(state.targetCollectionId);
    if (!target) return 0;
    const { manifest, tracks } = this.#writing.tables;
    const several = state.sourceCollectionId === null && manifest.collection_ids.length > 1;
    const rename = (id: string) => (several ? `${source.id}.${id}` : id);
    const copies = (rest: typeof patches) =>
      copyDocuments(this.#context, { namespaceId, source, target, rename }, rest);
    if (this.#writing.first && tracks.length === 1) return (await copies(patches)).size;
    const added = await this.#update(collectionStore(env, namespaceId, target.id), patches, rename);
    const rest = new Map([...patches].filter(([id]) => !added.has(id)));
    return added.size + (rest.size > 0 ? (await copies(rest)).size : 0);
  }

  async #update(
    store: ReturnType<typeof collectionStore>,
    patches: Map<string, Record<string, unknown>>,
    rename: (id: string) => string,
  ): Promise<Set<string>> {
    const ids = [...patches.keys()];
    const results = await store.updateEach(ids.map((id) => ({ documentId: rename(id), data: patches.get(id)! })));
    return new Set(ids.filter((_, i) => results[i]!.success));
  }

  #collection(id: string): Promise<CollectionRow | null> {
    const known = this.#collections.get(id);
    if (known) return known;
    const found = findCollection(this.#context.db, this.#writing.namespaceId, id);
    this.#collections.set(id, found);
    return found;
  }
}
