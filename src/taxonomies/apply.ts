/** Classifies the documents of a collection, page after page, and writes what the taxonomy says of them. */
import { findCollection } from "../db/collections";
import { requireTaxonomy } from "../db/taxonomies";
import { collectionStore } from "../documents/client";
import { ShoalError } from "../domain/errors";
import type { Filter } from "../domain/filters/model";
import { copyDocuments } from "../enrichment/copy";
import type { JobContext, JobHandler } from "../jobs/contract";
import { endWorkOf } from "../triggers/outcome";
import { Classifier } from "./classify";
import { hasSource, type TaxonomyConfig } from "./config";
import { requireNamed } from "./from-documents";
import { readCentroids, readIndex } from "./store";

export interface ApplyCounts {
  processed: number;
  enriched: number;
  /** Without a vector in the taxonomy's features: the keys are written as null. */
  unclassified: number;
  failed: number;
}

export interface ApplyState {
  taxonomyId: string;
  version: number;
  collectionId: string;
  targetCollectionId: string | null;
  filters: Filter | null;
  batchSize: number;
  cursor: string | null;
  counts: ApplyCounts;
  /** Of the trigger that asked for it. */
  firingId?: string;
}

export const NO_COUNTS: ApplyCounts = { processed: 0, enriched: 0, unclassified: 0, failed: 0 };

const STEP_MS = 5_000;

export const applyTaxonomy: JobHandler<ApplyState> = {
  maxAttempts: 8,
  async step(context, { namespaceId, state }) {
    const { state: next, done } = await applyUntil(context, namespaceId, state, Date.now() + STEP_MS);
    const { counts, taxonomyId, version, collectionId, firingId } = next;
    if (!done) return { done: false, state: next, progress: { progress: counts } };
    if (firingId) {
      await endWorkOf(context, firingId, { status: "completed", error: null, numDocuments: counts.enriched });
    }
    const output = { ...counts, taxonomy_id: taxonomyId, version, collection_id: collectionId };
    return { done: true, outputs: [output], errors: counts.failed > 0 };
  },
  async givenUp(context, { state: { firingId } }, error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (firingId) await endWorkOf(context, firingId, { status: "failed", error: reason, numDocuments: null });
  },
};

/** Page after page until `deadline` (milliseconds since the epoch), at least one. */
export async function applyUntil(
  context: JobContext,
  namespaceId: string,
  state: ApplyState,
  deadline: number,
): Promise<{ state: ApplyState; done: boolean }> {
  const classifier = await classifierOf(context, namespaceId, state.taxonomyId, state.version);
  for (let at = state; ; ) {
    const { next, last } = await applyPage(context, namespaceId, at, classifier);
    if (last || Date.now() >= deadline) return { state: next, done: last };
    at = next;
  }
}

export async function classifierOf(
  { db, objects }: Pick<JobContext, "db" | "objects">,
  namespaceId: string,
  identifier: string,
  version: number | null,
): Promise<Classifier> {
  const doc = await requireTaxonomy(db, namespaceId, identifier, version);
  if (!doc.ready) throw notReady(doc);
  const ref = { namespaceId, taxonomyId: doc.taxonomy_id, version: doc.version };
  const [index, centroids] = await Promise.all([readIndex(objects, ref), readCentroids(objects, ref)]);
  const config = doc.config as unknown as TaxonomyConfig;
  const fields = hasSource(config) ? config.source_collection.enrichment_fields : config.enrichment_fields;
  return new Classifier(index, centroids, fields ?? null);
}

interface Unready {
  taxonomy_id: string;
  version: number;
  inference: Record<string, unknown> | null;
}

export function notReady({ taxonomy_id, version, inference }: Unready): ShoalError {
  const why =
    inference?.status === "FAILED" ? `its inference failed: ${inference.error}` : "its inference has not ended";
  return new ShoalError("taxonomy_not_ready", `Taxonomy ${taxonomy_id} is not ready, ${why}.`, {
    taxonomy_id,
    version,
    inference,
  });
}

async function applyPage(
  context: JobContext,
  namespaceId: string,
  state: ApplyState,
  classifier: Classifier,
): Promise<{ next: ApplyState; last: boolean }> {
  const source = await requireNamed(context, namespaceId, state.collectionId);
  const store = collectionStore(context.env, namespaceId, source.id);
  const { filters, batchSize: limit, cursor } = state;
  const query = { filters, sort: [], search: null, offset: 0, includeTotal: false, returnVectors: true };
  const page = await store.list({ ...query, limit, cursor });
  const counts = { ...state.counts };
  const patches = new Map<string, Record<string, unknown>>();
  for (const { documentId, payload, vectors = {} } of page.documents) {
    const match = classifier.match(vectors, payload);
    if (!match) counts.unclassified += 1;
    patches.set(documentId, classifier.patch(match, payload));
  }
  const written = await write();
  counts.processed += patches.size;
  counts.enriched += written;
  counts.failed += patches.size - written;
  return { next: { ...state, cursor: page.nextCursor, counts }, last: page.nextCursor === null };

  async function write(): Promise<number> {
    if (patches.size === 0) return 0;
    if (state.targetCollectionId === null) {
      const updates = [...patches].map(([documentId, data]) => ({ documentId, data }));
      return (await store.updateEach(updates)).filter(({ success }) => success).length;
    }
    const target = await findCollection(context.db, namespaceId, state.targetCollectionId);
    if (!target) return 0;
    const copying = { namespaceId, source, target, rename: (id: string) => id };
    return (await copyDocuments(context, copying, patches)).size;
  }
}
