import { searchResourcesOperation } from "./search";

export const resourceOperations = [searchResourcesOperation];
