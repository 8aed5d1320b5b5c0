import { createTriggerOperation } from "./create";
import { deleteTriggerOperation } from "./delete";
import { executeTriggerOperation } from "./execute";
import { getTriggerOperation } from "./get";
import { triggerHistoryOperation } from "./history";
import { listTriggersOperation } from "./list";
import { patchTriggerOperation } from "./patch";
import { pauseTriggerOperation } from "./pause";
import { resumeTriggerOperation } from "./resume";

export const triggerOperations = [
  createTriggerOperation,
  listTriggersOperation,
  getTriggerOperation,
  patchTriggerOperation,
  deleteTriggerOperation,
  pauseTriggerOperation,
  resumeTriggerOperation,
  triggerHistoryOperation,
  executeTriggerOperation,
];
