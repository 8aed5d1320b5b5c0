import { clusterArtifactsOperation } from "./artifacts";
import { createClusterOperation } from "./create";
import { clusterDataOperation } from "./data";
import { deleteClusterOperation } from "./delete";
import { clusterDriftOperation } from "./drift";
import { enrichClusterOperation } from "./enrich";
import { enrichRunsOperation } from "./enrich-runs";
import { executeClusterOperation, submitClusterOperation } from "./execute";
import { executeAdHocOperation } from "./execute-ad-hoc";
import { getClusterOperation } from "./get";
import { groupOperations } from "./groups";
import { listClustersOperation } from "./list";
import { patchClusterOperation } from "./patch";
import { planClusterOperation } from "./plan";
import { promoteClusterOperation } from "./promote";
import { submitAdHocOperation } from "./submit-ad-hoc";

export const clusterOperations = [
  createClusterOperation,
  listClustersOperation,
  getClusterOperation,
  patchClusterOperation,
  deleteClusterOperation,
  executeClusterOperation,
  submitClusterOperation,
  planClusterOperation,
  clusterDriftOperation,
  executeAdHocOperation,
  submitAdHocOperation,
  clusterArtifactsOperation,
  clusterDataOperation,
  ...groupOperations,
  enrichClusterOperation,
  enrichRunsOperation,
  promoteClusterOperation,
];
