import { createTemplateOperation } from "./from-cluster";
import { getTemplateOperation } from "./get";
import { instantiateTemplateOperation } from "./instantiate";
import { listTemplatesOperation } from "./list";

export const templateOperations = [
  listTemplatesOperation,
  getTemplateOperation,
  createTemplateOperation,
  instantiateTemplateOperation,
];
