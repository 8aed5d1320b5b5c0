/** What a method tells `persist` of its tables. */
import type { CentroidRow, HierarchyRow } from "../../artifacts";
import type { MemberSource } from "./members";

export interface Tables {
  members: MemberSource;
  /** Rows of the run whose ids the centroids name as representatives. */
  representatives: number[];
  /** The centroids, given the ids of those rows. */
  centroids(ids: Map<number, string>): CentroidRow[];
  hierarchy: HierarchyRow[];
  /** Rows of the plan that belong to no cluster. */
  noiseRows: number;
}
