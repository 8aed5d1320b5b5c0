import { z } from "@hono/zod-openapi";
import { POOLINGS } from "../../../documents/contract";
import { operation } from "../../operation";
import { requireCollection } from "./find";
import { featureKind } from "./render";
import { CollectionParams, FeatureKind } from "./schemas";

const DescribeFeaturesResponse = z
  .object({
    features: z.array(
      z.object({
        feature_address: z.string(),
        feature_extractor_name: z.string(),
        version: z.string(),
        vector_index: z.string(),
        dimensions: z.int(),
        kind: FeatureKind.openapi({
          description: "`multi_vector`: several vectors a document, of which the import makes one by `pooling`.",
        }),
        pooling: z.enum(POOLINGS).nullable(),
        made_from: z
          .array(z.string())
          .nullable()
          .openapi({ description: "Paths of the texts that it is made of; null where documents bring it." }),
        primary: z.boolean().openapi({ description: "The first feature, used where none is named." }),
      }),
    ),
  })
  .openapi("DescribeCollectionFeaturesResponse");

export const describeFeaturesOperation = operation(
  {
    id: "describe_collection_features",
    method: "get",
    path: "/v1/collections/{collection_identifier}/features",
    tag: "Collections",
    summary: "Describe a collection's features",
    access: { scope: "read", namespaced: true },
    params: CollectionParams,
    answer: {
      description: "The features that a cluster can name.",
      schema: DescribeFeaturesResponse,
      example: {
        features: [
          {
            feature_address: "mixpeek://passthrough@v1/pixels",
            feature_extractor_name: "passthrough",
            version: "v1",
            vector_index: "passthrough_v1_pixels",
            dimensions: 64,
            kind: "dense" as const,
            pooling: null,
            made_from: null,
            primary: true,
          },
        ],
      },
    },
  },
  async (c, { params }) => {
    const { doc } = await requireCollection(c, params.collection_identifier);
    const { feature_extractor_name, version, feature_extractor_id } = doc.feature_extractor as Record<string, string>;
    return {
      features: doc.features.map((feature, i) => ({
        feature_address: feature.uri,
        feature_extractor_name: feature_extractor_name!,
        version: version!,
        vector_index: `${feature_extractor_id}_${feature.name}`,
        dimensions: feature.dimensions,
        kind: featureKind(feature),
        pooling: feature.pooling ?? null,
        made_from: feature.text?.paths ?? null,
        primary: i === 0,
      })),
    };
  },
);
