import { getTaskOperation } from "./get";
import { killTaskOperation } from "./kill";
import { listTasksOperation } from "./list";

export const taskOperations = [getTaskOperation, listTasksOperation, killTaskOperation];
