/** The derived collection that enriched copies go to: the one that is named, or a new one like its source. */
import { type CollectionRow, findCollection, insertCollection, newCollection } from "../db/collections";
import { collectionStore } from "../documents/client";
import type { Warning } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import { validationError } from "../domain/issues";
import type { JobContext } from "../jobs/contract";
import { sharedFeatures } from "./copy";

const NAME = { min: 3, max: 100 };
const COLLECTION_ID = /^col_[a-z0-9]{20}$/;

export async function derivedCollection(
  { env, db }: Pick<JobContext, "env" | "db">,
  namespaceId: string,
  sources: CollectionRow[],
  identifier: string,
): Promise<{ target: CollectionRow; warnings: Warning[] }> {
  const loc = ["body", "target_collection_id"];
  const known = await findCollection(db, namespaceId, identifier);
  if (known) {
    if (sources.some(({ id }) => id === known.id)) {
      const msg = `"${identifier}" is a source; leave it out to write in place`;
      throw validationError([{ loc, msg, type: "contradiction" }]);
    }
    return { target: known, warnings: lost(sources, known) };
  }
  // What looks like an id is no name to be given: it is gone, or another namespace's.
  if (COLLECTION_ID.test(identifier)) {
    const msg = `There is no collection "${identifier}" in this namespace.`;
    throw new ShoalError("collection_not_found", msg, { resource: "collection", id: identifier });
  }
  const [source] = sources;
  if (!source || identifier.length < NAME.min || identifier.length > NAME.max) {
    const msg = `a new collection's name has ${NAME.min} to ${NAME.max} characters, "${identifier}" has ${identifier.length}`;
    throw validationError([{ loc, msg, type: "value_error" }]);
  }
  const { collection_id: _, created_at: __, updated_at: ___, ...like } = source.doc;
  const doc = newCollection({
    ...like,
    collection_name: identifier,
    description: `Documents of ${sources.map(({ name }) => name).join(", ")} with their clusters.`,
    source: { type: "collection", collection_ids: sources.map(({ id }) => id) },
    metadata: null,
    schedule: null,
    taxonomy_applications: null,
    cluster_applications: null,
    alert_applications: null,
    retriever_enrichments: null,
  });
  const { collection_id: collectionId, features } = doc;
  // The store first: a row must never name a store that does not know its features.
  await collectionStore(env, namespaceId, collectionId).configure({ namespaceId, collectionId, features });
  await insertCollection(db, doc);
  const target = { id: collectionId, name: identifier, features, doc };
  const msg = `there was no collection "${identifier}"; ${collectionId} was made like ${source.id}`;
  return { target, warnings: [{ loc, msg }, ...lost(sources, target)] };
}

/** Features whose vectors the copies will not have. */
function lost(sources: CollectionRow[], target: CollectionRow): Warning[] {
  return sources.flatMap((source) => {
    const shared = sharedFeatures(source.features, target.features);
    const names = source.features.filter((feature) => !shared.includes(feature)).map(({ name }) => name);
    if (names.length === 0) return [];
    const msg = `${target.id} has no such feature: the copies of ${source.id} have no vectors of ${names.join(", ")}`;
    return [{ loc: ["body", "target_collection_id"], msg }];
  });
}
