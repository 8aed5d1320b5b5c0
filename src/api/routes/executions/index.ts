import { executionArtifactsOperation } from "./artifacts";
import { cancelExecutionOperation } from "./cancel";
import { cutExecutionOperation } from "./cut";
import { executionDataOperation } from "./data";
import { deleteExecutionOperation } from "./delete";
import { executionEventsOperation } from "./events";
import { exportExecutionOperation } from "./export";
import { getExecutionOperation } from "./get";
import { latestExecutionOperation } from "./latest";
import { listExecutionsOperation } from "./list";

export const executionOperations = [
  latestExecutionOperation,
  listExecutionsOperation,
  getExecutionOperation,
  cancelExecutionOperation,
  exportExecutionOperation,
  deleteExecutionOperation,
  executionArtifactsOperation,
  executionDataOperation,
  cutExecutionOperation,
  executionEventsOperation,
];
