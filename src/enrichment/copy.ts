/** Documents with their vectors from one collection to another, with some keys of their payloads set. */
import type { CollectionRow } from "../db/collections";
import { collectionStore } from "../documents/client";
import type { CollectionFeature, CollectionStoreApi, StoredDocument } from "../documents/contract";
import { importValues } from "../documents/ingest/importer";
import { newId } from "../domain/ids";
import type { JobContext } from "../jobs/contract";

/** The documents of those ids that are there, in pages of the store's. */
export async function* documentsOf(
  store: CollectionStoreApi,
  ids: string[],
  returnVectors: boolean,
): AsyncGenerator<StoredDocument[]> {
  for (let from = 0; from < ids.length; ) {
    const found = await store.many(ids.slice(from), returnVectors);
    from += found.length;
    yield found.filter((one) => one !== null);
  }
}

/** Features of the source that the target has too, with the same name and dimensions: what a copy can carry. */
export const sharedFeatures = (source: CollectionFeature[], target: CollectionFeature[]): CollectionFeature[] =>
  source.filter(({ name, dimensions }) =>
    target.some((feature) => feature.name === name && feature.dimensions === dimensions),
  );

export interface Copying {
  namespaceId: string;
  source: CollectionRow;
  target: CollectionRow;
  /** Id of the copy: with several sources, their ids may meet. */
  rename(documentId: string): string;
}

/** Copies, or replaces the copies made before; answers the ids that were written. */
export async function copyDocuments(
  context: Pick<JobContext, "env" | "objects">,
  { namespaceId, source, target, rename }: Copying,
  patches: Map<string, Record<string, unknown>>,
): Promise<Set<string>> {
  const from = collectionStore(context.env, namespaceId, source.id);
  const to = collectionStore(context.env, namespaceId, target.id);
  const names = sharedFeatures(source.features, target.features).map(({ name }) => name);
  const config = { namespaceId, collectionId: target.id, features: target.features };
  const written = new Set<string>();
  for await (const documents of documentsOf(from, [...patches.keys()], names.length > 0)) {
    const rows = documents.map(({ documentId, payload, vectors = {} }) => ({
      document_id: rename(documentId),
      payload: { ...payload, ...patches.get(documentId) },
      vectors: Object.fromEntries(names.filter((name) => vectors[name]).map((name) => [name, vectors[name]])),
    }));
    if (rows.length === 0) continue;
    // A batch of its own each time: a repeated step writes the same documents again.
    const batch = { objects: context.objects, store: to, config, batchId: newId("batch") };
    const { errors } = await importValues(batch, rows);
    const refused = new Set(errors.map((error) => error.document_id));
    for (const { documentId } of documents) if (!refused.has(rename(documentId))) written.add(documentId);
  }
  return written;
}
