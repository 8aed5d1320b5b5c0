import { collectionIds } from "../../../db/collections";
import type { NamespaceDoc } from "../../../db/namespaces";
import { mapLimited } from "../../concurrency";
import type { Services } from "../../context";

export interface NamespaceCounts {
  collections: number | null;
  /** Null where there are too many collections to ask each of them. */
  documents: number | null;
}

export const renderNamespace = (doc: NamespaceDoc, counts: NamespaceCounts) => ({
  ...doc,
  cluster_id: null,
  vector_inference_map: null,
  document_count: counts.documents,
  bucket_count: 0,
  collection_count: counts.collections,
  object_count: 0,
});

/** Stores asked for their count by one request at most. */
const MAX_COUNTED = 200;
const AT_ONCE = 20;

/** Collections and documents of a namespace, the latter live from every collection's store. */
export async function liveCounts({ db, collectionStore }: Services, namespaceId: string): Promise<NamespaceCounts> {
  const ids = await collectionIds(db, namespaceId, MAX_COUNTED + 1);
  if (ids.length > MAX_COUNTED) return { collections: null, documents: null };
  const counts = await mapLimited(ids, AT_ONCE, (id) => collectionStore(id, namespaceId).count(null));
  return { collections: ids.length, documents: counts.reduce((sum, count) => sum + count, 0) };
}
