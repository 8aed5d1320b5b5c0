/** What of a collection is stored and answered but does nothing in this deployment. */
import type { Warning } from "../../../domain/definition/model";

const NO_EFFECT = [
  "schedule",
  "taxonomy_applications",
  "cluster_applications",
  "alert_applications",
  "retriever_enrichments",
] as const;

type Given = Partial<Record<(typeof NO_EFFECT)[number], unknown>> & { source?: Record<string, unknown> | null };

export function withoutEffect(body: Given): Warning[] {
  const msg = "is stored and has no effect in this deployment";
  const warnings: Warning[] = NO_EFFECT.filter((field) => body[field]).map((field) => ({ loc: ["body", field], msg }));
  // Clients of the published API must send a source; a bare `{"type": "bucket"}` says what is true here of every collection.
  if (body.source && (body.source.type !== "bucket" || Object.keys(body.source).length > 1)) {
    warnings.push({
      loc: ["body", "source"],
      msg: "documents are sent to the collection; it is stored and has no effect",
    });
  }
  return warnings;
}
