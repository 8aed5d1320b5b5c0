/** A completed run of a cluster whose definition names a destination is exported there. */
import { findCluster } from "../db/clusters";
import { ExportDestination } from "../domain/definition/export";
import type { Subscriber } from "../events/subscribers";
import { newExport } from "./job";

export const exportAfterRun: Subscriber = async ({ db }, { type, id, namespaceId, metadata }) => {
  if (type !== "cluster.execution.completed") return [];
  const { cluster_id: clusterId, run_id: runId } = metadata as { cluster_id: string; run_id: string };
  const cluster = await findCluster(db, namespaceId, clusterId);
  const destination = cluster?.definition.export;
  if (!destination) return [];
  const state = newExport(clusterId, runId, ExportDestination.parse(destination));
  return [{ id: `job_export_${id}`, namespaceId, kind: "export", state }];
};
