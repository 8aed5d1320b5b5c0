import { z } from "@hono/zod-openapi";
import { operation } from "../../operation";
import { requireCollection } from "./find";
import { CollectionParams } from "./schemas";

const DescribeFeaturesResponse = z
  .object({
    features: z.array(
      z.object({
        feature_address: z.string(),
        feature_extractor_name: z.string(),
        version: z.string(),
        vector_index: z.string(),
        dimensions: z.int(),
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
      features: doc.features.map(({ uri, name, dimensions }, i) => ({
        feature_address: uri,
        feature_extractor_name: feature_extractor_name!,
        version: version!,
        vector_index: `${feature_extractor_id}_${name}`,
        dimensions,
        primary: i === 0,
      })),
    };
  },
);
