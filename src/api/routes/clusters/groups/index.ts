import { listGroupsOperation } from "./list";
import { groupMembersOperation } from "./members";
import { patchGroupOperation } from "./patch";

export const groupOperations = [listGroupsOperation, groupMembersOperation, patchGroupOperation];
