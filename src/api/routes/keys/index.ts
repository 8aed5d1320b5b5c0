import { createKeyOperation } from "./create";
import { listKeysOperation } from "./list";
import { revokeKeyOperation } from "./revoke";

export const keyOperations = [createKeyOperation, listKeysOperation, revokeKeyOperation];
