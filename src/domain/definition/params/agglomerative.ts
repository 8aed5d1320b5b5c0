import { z } from "zod";
import type { FieldIssue } from "../../errors";
import type { Warning } from "../model";
import type { ParameterModel } from "./model";
import { INERT, Positive } from "./options";

const DEFAULT_CLUSTERS = 2;

export const AgglomerativeRequest = z.object({
  n_clusters: z.int().min(2).nullable().default(DEFAULT_CLUSTERS),
  affinity: z.enum(["euclidean", "l1", "l2", "manhattan", "cosine"]).default("euclidean"),
  memory: z.string().nullable().default(null),
  connectivity: z.unknown().default(null),
  compute_full_tree: z.union([z.enum(["auto", "true", "false"]), z.boolean()]).default("auto"),
  linkage: z.enum(["ward", "complete", "average", "single"]).default("ward"),
  distance_threshold: Positive.nullable().default(null),
  compute_distances: z.boolean().default(false),
});

export type AgglomerativeParams = Omit<
  z.output<typeof AgglomerativeRequest>,
  "memory" | "compute_full_tree" | "compute_distances"
>;

export const agglomerative: ParameterModel = {
  schema: AgglomerativeRequest,
  inert: {
    memory: INERT.memory,
    compute_full_tree: "the tree is always complete; it has no effect",
    compute_distances: "merge distances are always kept; it has no effect",
  },
  review: (input, given) => {
    const params = { ...(input as z.output<typeof AgglomerativeRequest>) };
    const issues: FieldIssue[] = [];
    const warnings: Warning[] = [];
    if (params.linkage === "ward" && params.affinity !== "euclidean" && params.affinity !== "l2") {
      issues.push({
        loc: ["affinity"],
        msg: `"${params.affinity}" does not go with linkage "ward", which needs "euclidean"`,
        type: "contradiction",
      });
    }
    if (params.distance_threshold !== null && params.n_clusters !== null) {
      // Clients that fill in defaults send n_clusters with every threshold, so only another value contradicts.
      if (params.n_clusters !== DEFAULT_CLUSTERS) {
        const msg = `${params.n_clusters} contradicts distance_threshold ${params.distance_threshold}: give one of the two`;
        issues.push({ loc: ["n_clusters"], msg, type: "contradiction" });
      } else if (given.has("n_clusters")) {
        warnings.push({
          loc: ["n_clusters"],
          msg: "distance_threshold decides the number of clusters; it has no effect",
        });
      }
      params.n_clusters = null;
    } else if (params.distance_threshold === null && params.n_clusters === null) {
      issues.push({ loc: ["n_clusters"], msg: "null needs a distance_threshold", type: "contradiction" });
    }
    return { params, issues, warnings };
  },
};
