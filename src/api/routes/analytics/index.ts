import { failuresOperation } from "./failures";
import { executionHistoryOperation } from "./history";

export const analyticsOperations = [executionHistoryOperation, failuresOperation];
