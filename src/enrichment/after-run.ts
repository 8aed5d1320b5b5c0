/** What follows a completed run: its results go into the source documents, or into the cluster's output collections. */
import { findCluster } from "../db/clusters";
import type { FieldMapping } from "../domain/definition/cluster-facts";
import type { ClusterDefinition } from "../domain/definition/model";
import type { Subscriber } from "../events/subscribers";
import type { NewJob } from "../jobs/contract";
import { NO_COUNTS } from "./enrich";
import { DEFAULT_MAPPINGS } from "./fields";
import type { SourceState } from "./jobs";
import type { OutputState } from "./output-job";

const BATCH = 1000;

export const enrichesSource = ({ enrich_source_collection, vector_config }: ClusterDefinition): boolean =>
  enrich_source_collection || (vector_config?.enrich_source ?? false);

/** The cluster's own mappings, or the default ones. */
export function mappingsOfCluster({ source_enrichment_config: config }: ClusterDefinition): FieldMapping[] {
  const given = config?.field_mappings as FieldMapping[] | undefined;
  return given && given.length > 0 ? given : [...DEFAULT_MAPPINGS];
}

export const afterRun: Subscriber = async ({ db }, { type, namespaceId, metadata }) => {
  if (type !== "cluster.execution.completed") return [];
  const { cluster_id: clusterId, run_id: runId } = metadata as { cluster_id: string; run_id: string };
  const cluster = await findCluster(db, namespaceId, clusterId);
  if (!cluster) return [];
  const suffix = runId.slice("run_".length);
  return [enrichesSource(cluster.definition) ? source() : output()];

  function source(): NewJob {
    const state: SourceState = {
      clusterId,
      runs: [{ runId, prefix: "", mappings: mappingsOfCluster(cluster!.definition) }],
      sourceCollectionId: null,
      targetCollectionId: null,
      batchSize: BATCH,
      parallelism: 1,
      at: { run: 0, row: 0 },
      counts: NO_COUNTS,
    };
    return { id: `job_enrich_${suffix}`, namespaceId, kind: "enrich_source", state };
  }

  function output(): NewJob {
    const state: OutputState = { clusterId, runId, outputs: null, row: 0 };
    return { id: `job_output_${suffix}`, namespaceId, kind: "output_collection", state };
  }
};
