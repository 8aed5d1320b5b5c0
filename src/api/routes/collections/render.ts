import type { z } from "@hono/zod-openapi";
import type { CollectionDoc } from "../../../db/collections";
import type { CollectionFeature } from "../../../documents/contract";
import type { CollectionResponse, FeatureKind } from "./schemas";

/** What a document brings: several vectors of a feature become one, which is dense from then on. */
export const featureKind = ({ kind, pooling }: CollectionFeature): z.infer<typeof FeatureKind> =>
  pooling ? "multi_vector" : (kind ?? "dense");

/** A collection as the API answers it; what no operation can set yet has its neutral value. */
export const renderCollection = (doc: CollectionDoc, documentCount: number): z.input<typeof CollectionResponse> => ({
  ...doc,
  source: { type: "bucket", ...doc.source },
  feature_extractor: doc.feature_extractor as z.input<typeof CollectionResponse>["feature_extractor"],
  features: doc.features.map((feature) => ({
    uri: feature.uri,
    name: feature.name,
    dimensions: feature.dimensions,
    kind: featureKind(feature),
  })),
  source_bucket_schemas: null,
  source_lineage: [],
  vector_indexes: doc.features.map(({ name, dimensions }) => ({
    name: `${doc.feature_extractor.feature_extractor_id}_${name}`,
    size: dimensions,
  })),
  payload_indexes: [],
  trigger_id: null,
  document_count: documentCount,
  schema_version: 1,
  last_schema_sync: null,
  schema_sync_enabled: true,
  taxonomy_count: doc.taxonomy_applications?.length ?? 0,
  retriever_count: doc.retriever_enrichments?.length ?? 0,
  lifecycle_state: "active",
});
