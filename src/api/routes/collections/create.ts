import { type CollectionDoc, findCollection, insertCollection, newCollection } from "../../../db/collections";
import { ShoalError } from "../../../domain/errors";
import { validationError } from "../../../domain/issues";
import { type EmbeddingEnv, modelEmbedder } from "../../../providers/embeddings";
import { checkApplications } from "../../../taxonomies/applications";
import { services } from "../../context";
import { operation } from "../../operation";
import { tellCollection } from "../../told";
import { withoutEffect } from "./effects";
import { extractorFeatures } from "./extractor";
import { renderCollection } from "./render";
import { COLLECTION_EXAMPLE, CollectionResponse, CreateCollectionRequest } from "./schemas";

export const createCollectionOperation = operation(
  {
    id: "create_collection",
    method: "post",
    path: "/v1/collections",
    tag: "Collections",
    summary: "Create a collection",
    description:
      "The `passthrough` extractor takes vectors as they are: name its features and their dimensions (`type` is `dense`, `sparse` " +
      "or `multi_vector`). A feature's URI is `mixpeek://passthrough@v1/{name}`. The `text_extractor` takes documents with text " +
      "only, at `input_mappings.text` (a dot path or several; `text` by default): it makes the sparse feature `lexical` of their " +
      "words and, with `parameters.embedding`, a dense one by a model.",
    access: { scope: "write", namespaced: true },
    body: {
      schema: CreateCollectionRequest,
      required: true,
      example: {
        collection_name: "digits",
        feature_extractor: {
          feature_extractor_name: "passthrough",
          version: "v1",
          parameters: { features: [{ name: "pixels", dimensions: 64 }] },
        },
      },
    },
    answer: { description: "The collection.", schema: CollectionResponse, example: COLLECTION_EXAMPLE },
  },
  async (c, { body }) => {
    const { db, collectionStore } = services(c);
    const namespaceId = c.var.namespace.id;
    const { features, warnings } = extractorFeatures(body.feature_extractor);
    requireModels(c.env, features);
    const doc = newCollection(describe(namespaceId, await checkApplications({ db }, namespaceId, body), features));
    const taken = (await findCollection(db, namespaceId, doc.collection_name)) !== null;
    // The store first: a row must never name a store that does not know its features.
    if (!taken)
      await collectionStore(doc.collection_id).configure({ namespaceId, collectionId: doc.collection_id, features });
    await insertCollection(db, doc);
    await tellCollection(c, "created", doc.collection_id, { collection_name: doc.collection_name });
    return { ...renderCollection(doc, 0), warnings: [...warnings, ...withoutEffect(body)] };
  },
);

/** A collection whose texts no model could be asked about would refuse every import. */
function requireModels(env: EmbeddingEnv, features: CollectionDoc["features"]): void {
  for (const { text } of features) {
    if (!text?.embedding) continue;
    try {
      modelEmbedder(env, text.embedding);
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code !== "validation_failed") throw error;
      const loc = ["body", "feature_extractor", "parameters", "embedding", "base_url"];
      throw validationError([{ loc, msg: error.message, type: "value_error" }]);
    }
  }
}

type NewCollection = Omit<CollectionDoc, "collection_id" | "created_at" | "updated_at">;

function describe(
  namespaceId: string,
  body: CreateCollectionRequest,
  features: CollectionDoc["features"],
): NewCollection {
  const { feature_extractor: extractor, schedule } = body;
  const vectors = features.map(({ name, dimensions, kind }) => [
    name,
    { type: kind === "sparse" ? "sparse_vector" : "vector", dimensions },
  ]);
  const input_schema = body.input_schema ?? { properties: {} };
  return {
    namespace_id: namespaceId,
    collection_name: body.collection_name,
    description: body.description ?? null,
    source: body.source ?? { type: "bucket" },
    input_schema,
    output_schema: { properties: { ...input_schema.properties, ...Object.fromEntries(vectors) } },
    feature_extractor: {
      ...extractor,
      feature_extractor_id: `${extractor.feature_extractor_name}_${extractor.version}`,
    },
    features,
    enabled: body.enabled,
    metadata: body.metadata ?? null,
    schedule: schedule ?? null,
    taxonomy_applications: body.taxonomy_applications ?? null,
    cluster_applications: body.cluster_applications ?? null,
    alert_applications: body.alert_applications ?? null,
    retriever_enrichments: body.retriever_enrichments ?? null,
  };
}
