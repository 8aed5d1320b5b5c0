/** What happens in Shoal that others may want to hear of. The names are the wire's. */
export const EVENT_TYPES = [
  "object.created",
  "objects.created.batch",
  "object.updated",
  "object.deleted",
  "collection.created",
  "collection.updated",
  "collection.deleted",
  "collection.documents.written",
  "cluster.created",
  "cluster.updated",
  "cluster.deleted",
  "cluster.execution.started",
  "cluster.execution.completed",
  "cluster.execution.failed",
  "trigger.created",
  "trigger.updated",
  "trigger.deleted",
  "trigger.paused",
  "trigger.resumed",
  "trigger.fired",
  "trigger.execution.completed",
  "trigger.execution.failed",
  "taxonomy.created",
  "taxonomy.updated",
  "taxonomy.deleted",
  "alert.created",
  "alert.updated",
  "alert.deleted",
  "alert.triggered",
  "alert.execution.completed",
  "alert.execution.failed",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface ShoalEvent {
  /** `evt_…`; the same happening has the same id, however often it is told. */
  id: string;
  type: EventType;
  namespaceId: string;
  /** ISO-8601 */
  occurredAt: string;
  subject: { type: "collection" | "cluster" | "execution" | "trigger" | "taxonomy"; id: string };
  metadata: Record<string, unknown>;
}
