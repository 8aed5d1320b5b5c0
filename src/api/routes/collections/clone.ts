import { findCollection, insertCollection, newCollection } from "../../../db/collections";
import { services } from "../../context";
import { operation } from "../../operation";
import { tellCollection } from "../../told";
import { requireCollection } from "./find";
import { renderCollection } from "./render";
import { CloneCollectionRequest, CloneCollectionResponse, COLLECTION_EXAMPLE, CollectionParams } from "./schemas";

export const cloneCollectionOperation = operation(
  {
    id: "clone_collection",
    method: "post",
    path: "/v1/collections/{collection_identifier}/clone",
    tag: "Collections",
    summary: "Make a collection like another",
    description:
      "A new, empty collection with the same extractor, features, source, schemas and `taxonomy_applications`. Documents are not copied, nor " +
      "are `cluster_applications`: those clusters read the collection that they were made for.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    body: { schema: CloneCollectionRequest, required: true, example: { collection_name: "digits, second try" } },
    answer: {
      status: 201,
      description: "The new collection, and what it was made like.",
      schema: CloneCollectionResponse,
      example: { collection: COLLECTION_EXAMPLE, source_collection_id: "col_mi8l2k4q0d7v1c9x5z3a" },
    },
  },
  async (c, { params, body, warnings }) => {
    const { db, collectionStore } = services(c);
    const source = await requireCollection(c, params.collection_identifier);
    const { collection_id: _, created_at: __, updated_at: ___, ...like } = source.doc;
    if ((like.cluster_applications ?? []).length > 0) {
      const msg = `cluster_applications of ${source.id} are not taken over: those clusters read that collection`;
      warnings.push({ loc: ["body"], msg });
    }
    const doc = newCollection({
      ...like,
      collection_name: body.collection_name,
      description: body.description ?? like.description,
      metadata: body.metadata ?? like.metadata,
      enabled: body.enabled ?? like.enabled,
      // An output collection is its cluster's own; a clone of it is filled by whoever made it.
      source: like.source.type === "cluster" ? { type: "bucket" } : like.source,
      cluster_applications: null,
    });
    const { collection_id: collectionId, namespace_id: namespaceId, features } = doc;
    const taken = (await findCollection(db, namespaceId, doc.collection_name)) !== null;
    // The store first: a row must never name a store that does not know its features.
    if (!taken) await collectionStore(collectionId).configure({ namespaceId, collectionId, features });
    await insertCollection(db, doc);
    await tellCollection(c, "created", collectionId, { collection_name: doc.collection_name });
    return { collection: renderCollection(doc, 0), source_collection_id: source.id };
  },
);
