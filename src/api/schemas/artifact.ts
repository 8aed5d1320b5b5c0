/** What is asked of a finished run's tables, and how they look as JSON. */
import { z } from "@hono/zod-openapi";
import { JsonObject, Warning } from "./common";
import { queryBoolean } from "./list";

export const MAX_ROWS = 100_000;
export const TABLE_MEDIA = [
  "application/vnd.apache.arrow.stream",
  "application/vnd.apache.parquet",
  "application/x-ndjson",
];

/** What a request asks of the tables, whichever endpoint it came to. */
export interface TableRequest {
  centroids: boolean;
  members: boolean;
  limit: number;
  offset: number;
  cursor: string | null;
  clusterIds: string[] | null;
  /** `artifacts` with the map in this many dimensions, or `data`. */
  shape: { form: "artifacts"; dimensions: 2 | 3 } | { form: "data" };
}

const ClusterIds = z.array(z.string().min(1)).max(1000);

export const ArtifactsQuery = z.object({
  include_centroids: queryBoolean(true),
  include_members: queryBoolean(false),
  limit: z.coerce.number().int().min(1).max(MAX_ROWS).optional().openapi({
    type: "integer",
    minimum: 1,
    maximum: MAX_ROWS,
    description: "Member rows (centroid rows where members are left out), 100,000 at most and unless said otherwise.",
  }),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .openapi({ type: "integer", minimum: 0, description: "Member rows to skip." }),
  cursor: z.string().optional().openapi({ description: "`pagination.next_cursor` of the page before; opaque." }),
  cluster_ids: z
    .string()
    .transform((text) => text.split(",").filter(Boolean))
    .pipe(ClusterIds)
    .optional()
    .openapi({
      type: "string",
      description: "These clusters and those below them only, separated by commas; `-1` is noise.",
    }),
  projection_method: z
    .enum(["2d", "3d"])
    .default("2d")
    .openapi({ description: "`2d` leaves `z` out of JSON rows; `3d` gives what the run made." }),
});

export const DataBody = z
  .object({
    cluster_id: z.string().nullish().openapi({ description: "One cluster of the run, as in `cluster_ids`." }),
    cluster_ids: ClusterIds.nullish().openapi({
      description: "These clusters and those below them only; `-1` is noise.",
    }),
    include_centroids: z.boolean().default(true),
    include_members: z.boolean().default(false),
    limit: z.int().min(1).max(MAX_ROWS).nullish(),
    offset: z.int().min(0).default(0),
    cursor: z.string().nullish(),
  })
  .openapi("ClusterDataRequest");

export const DATA_EXAMPLE = { include_centroids: true, include_members: true, limit: 1000 };

export function artifactsRequest(query: z.output<typeof ArtifactsQuery>): TableRequest {
  return {
    centroids: query.include_centroids,
    members: query.include_members,
    limit: query.limit ?? MAX_ROWS,
    offset: query.offset ?? 0,
    cursor: query.cursor || null,
    clusterIds: query.cluster_ids?.length ? query.cluster_ids : null,
    shape: { form: "artifacts", dimensions: query.projection_method === "3d" ? 3 : 2 },
  };
}

/** `cluster_id` names one cluster of the run; older clients repeat the definition's id from the path there. */
export function dataRequest(body: z.output<typeof DataBody>): TableRequest {
  const one = body.cluster_id && !body.cluster_id.startsWith("clust_") ? [body.cluster_id] : null;
  return {
    centroids: body.include_centroids,
    members: body.include_members,
    limit: body.limit ?? MAX_ROWS,
    offset: body.offset,
    cursor: body.cursor || null,
    clusterIds: body.cluster_ids ?? one,
    shape: { form: "data" },
  };
}

const Vector = z.array(z.number());

const Centroid = z.looseObject({
  cluster_id: z.string(),
  centroid_vector: Vector.nullable(),
  num_members: z.int(),
  label: z.string().nullable(),
  summary: z.string().nullable(),
  keywords: z.array(z.string()).nullable(),
  parent_cluster_id: z.string().nullable().openapi({ description: "Null at the top." }),
  child_cluster_ids: z.array(z.string()),
  hierarchy_level: z.int().openapi({ description: "0 at the top." }),
});

const Member = z.looseObject({
  point_id: z.string(),
  document_id: z.string(),
  collection_id: z.string(),
  cluster_id: z.string(),
  cluster_label: z.string().nullable(),
  distance_to_centroid: z.number().nullable(),
  x: z.number().nullable(),
  y: z.number().nullable(),
});

const NextCursor = z.string().nullable().openapi({ description: "`cursor` of the next page, or null." });

export const ArtifactsResponse = z
  .object({
    cluster_id: z.string(),
    run_id: z.string(),
    centroids: z.array(Centroid),
    members: z.array(Member),
    next_cursor: NextCursor,
    warnings: z.array(Warning).optional(),
  })
  .openapi("ClusterArtifactsResponse");

export const DataResponse = z
  .object({
    cluster_id: z.string(),
    run_id: z.string(),
    centroids: z.array(
      z.object({
        cluster_id: z.string(),
        cluster_label: z.string(),
        centroid_vector: Vector,
        num_members: z.int(),
        metadata: JsonObject,
      }),
    ),
    members: z.array(
      z.looseObject({
        document_id: z.string(),
        cluster_label: z.string(),
        distance_to_centroid: z.number().nullable().openapi({ description: "Null for noise and attribute clusters." }),
        coordinates: Vector,
        metadata: JsonObject,
      }),
    ),
    total_clusters: z.int(),
    total_members: z.int(),
    next_cursor: NextCursor,
    warnings: z.array(Warning).optional(),
  })
  .openapi("ClusterDataResponse");
