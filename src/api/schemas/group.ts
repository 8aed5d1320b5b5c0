import { z } from "@hono/zod-openapi";
import { ClusterPath } from "./cluster-request";
import { JsonObject } from "./common";

export const GroupPath = ClusterPath.extend({
  group_id: z.string().openapi({ description: "`cl_0`, or `cl_0_sub_1` of a hierarchy.", example: "cl_0" }),
});

export const GroupsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  parent: z.string().optional().openapi({ description: "Only groups right below this one; `none` for the top level." }),
});

const Representative = z.object({
  document_id: z.string(),
  collection_id: z.string().nullable().openapi({ description: "Null for a document that has been deleted." }),
  payload: JsonObject.nullable().openapi({ description: "The first fields, about a kilobyte; texts are cut." }),
});

export const GroupResponse = z
  .object({
    cluster_id: z.string(),
    label: z.string().nullable(),
    summary: z.string().nullable(),
    keywords: z.array(z.string()).nullable(),
    labeled_by: z
      .enum(["run", "user"])
      .openapi({ description: "Whether the label is the run's or was given by PATCH." }),
    size: z.int(),
    num_members: z.int().openapi({ description: "The same as size." }),
    hierarchy_level: z.int(),
    parent_cluster_id: z.string().nullable(),
    child_cluster_ids: z.array(z.string()),
    feature_name: z.string().nullable(),
    representatives: z
      .array(Representative)
      .openapi({ description: "Members nearest to the centroid, nearest first." }),
  })
  .openapi("ClusterGroup");

export const GroupsResponse = z
  .object({
    cluster_id: z.string(),
    run_id: z.string(),
    groups: z.array(GroupResponse),
    total_groups: z.int().openapi({ description: "That match, on all pages." }),
    total_documents: z.int().openapi({ description: "Of the run, noise included." }),
    noise_documents: z.int(),
  })
  .openapi("ClusterGroups");

export const GroupMembersQuery = z.object({
  order: z.enum(["distance"]).default("distance").openapi({ description: "Nearest to the centroid first." }),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().optional(),
  include_payload: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .openapi({ type: "string", enum: ["true", "false"], default: "false" }),
});

export const GroupMembersResponse = z
  .object({
    cluster_id: z.string(),
    run_id: z.string(),
    group_id: z.string(),
    members: z.array(
      z.object({
        document_id: z.string(),
        collection_id: z.string(),
        cluster_id: z.string().openapi({ description: "The group, or one below it." }),
        distance_to_centroid: z.number().nullable(),
        payload: JsonObject.nullable().optional(),
      }),
    ),
    total_members: z.int(),
    next_cursor: z.string().nullable(),
  })
  .openapi("ClusterGroupMembers");

export const PatchGroupBody = z
  .object({
    label: z.string().trim().min(1).max(200).nullable().openapi({ description: "Null takes the given name back." }),
    summary: z.string().max(2_000).nullish().openapi({ description: "Null shows the run's own again." }),
    keywords: z
      .array(z.string().trim().min(1).max(100))
      .max(20)
      .nullish()
      .openapi({ description: "Null shows the run's own again." }),
  })
  .openapi("PatchClusterGroupRequest");

export const GROUP_EXAMPLE: z.input<typeof GroupResponse> = {
  cluster_id: "cl_0",
  label: "Smiling face, grin",
  summary: null,
  keywords: ["smiling face", "grin", "happy"],
  labeled_by: "run",
  size: 71,
  num_members: 71,
  hierarchy_level: 0,
  parent_cluster_id: null,
  child_cluster_ids: [],
  feature_name: "mixpeek://passthrough@v1/text",
  representatives: [
    { document_id: "doc_1f600", collection_id: "col_emoji", payload: { label: "grinning face", group: "smileys" } },
  ],
};

export const GROUPS_EXAMPLE: z.input<typeof GroupsResponse> = {
  cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b",
  run_id: "run_mi8l2k4q0d7v1c9x5z3b",
  groups: [GROUP_EXAMPLE],
  total_groups: 40,
  total_documents: 1_906,
  noise_documents: 0,
};
