import { docsOperation } from "./docs";
import { healthOperation } from "./health";
import { openApiOperation } from "./openapi";

export const systemOperations = [healthOperation, openApiOperation, docsOperation];
