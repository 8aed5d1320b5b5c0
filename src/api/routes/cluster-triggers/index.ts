import { createClusterTriggerOperation } from "./create";
import { deleteClusterTriggerOperation } from "./delete";
import { getClusterTriggerOperation } from "./get";
import { clusterTriggerHistoryOperation } from "./history";
import { listClusterTriggersOperation } from "./list";
import { patchClusterTriggerOperation } from "./patch";
import { pauseClusterTriggerOperation } from "./pause";
import { resumeClusterTriggerOperation } from "./resume";

export const clusterTriggerOperations = [
  createClusterTriggerOperation,
  listClusterTriggersOperation,
  getClusterTriggerOperation,
  patchClusterTriggerOperation,
  deleteClusterTriggerOperation,
  pauseClusterTriggerOperation,
  resumeClusterTriggerOperation,
  clusterTriggerHistoryOperation,
];
