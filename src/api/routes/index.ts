/** Every operation of the API, from the resource folders. */
import type { Operation } from "../operation";
import { analyticsOperations } from "./analytics";
import { clusterTriggerOperations } from "./cluster-triggers";
import { clusterOperations } from "./clusters";
import { collectionOperations } from "./collections";
import { documentOperations } from "./documents";
import { executionOperations } from "./executions";
import { keyOperations } from "./keys";
import { namespaceOperations } from "./namespaces";
import { resourceOperations } from "./resources";
import { systemOperations } from "./system";
import { taskOperations } from "./tasks";
import { taxonomyOperations } from "./taxonomies";
import { templateOperations } from "./templates";
import { triggerOperations } from "./triggers";
import { webhookOperations } from "./webhooks";

const all: Operation[] = [
  ...systemOperations,
  ...keyOperations,
  ...namespaceOperations,
  ...collectionOperations,
  ...documentOperations,
  ...clusterOperations,
  ...executionOperations,
  ...taskOperations,
  ...clusterTriggerOperations,
  ...triggerOperations,
  ...webhookOperations,
  ...taxonomyOperations,
  ...templateOperations,
  ...analyticsOperations,
  ...resourceOperations,
];

/** Literal segments sort before parameters (`{` comes after every letter), and the router takes the first that fits. */
export const operations = [...all].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
