/** What of a collection is stored and answered but does nothing in this deployment. */
import type { Warning } from "../../../domain/definition/model";

const NO_EFFECT = ["schedule", "alert_applications", "retriever_enrichments"] as const;

type Given = Partial<Record<(typeof NO_EFFECT)[number], unknown>> & {
  source?: Record<string, unknown> | null;
  cluster_applications?: unknown;
  taxonomy_applications?: unknown;
};

const applicationsGiven = (given: unknown) => (given ?? []) as { execution_phase?: number }[];

export function withoutEffect(body: Given): Warning[] {
  const msg = "is stored and has no effect in this deployment";
  const warnings: Warning[] = NO_EFFECT.filter((field) => body[field]).map((field) => ({ loc: ["body", field], msg }));
  if (body.taxonomy_applications) {
    const applied = "is applied by apply-taxonomy, not to documents as they arrive";
    warnings.push({ loc: ["body", "taxonomy_applications"], msg: applied });
  }
  for (const [i, { execution_phase }] of applicationsGiven(body.cluster_applications).entries()) {
    if (execution_phase === undefined || execution_phase === 2) continue;
    const loc = ["body", "cluster_applications", i, "execution_phase"];
    warnings.push({
      loc,
      msg: "clusters run when a batch has come in, in the order of their priority; it has no effect",
    });
  }
  // Clients of the published API must send a source; a bare `{"type": "bucket"}` says what is true here of every collection.
  if (body.source && (body.source.type !== "bucket" || Object.keys(body.source).length > 1)) {
    warnings.push({
      loc: ["body", "source"],
      msg: "documents are sent to the collection; it is stored and has no effect",
    });
  }
  return warnings;
}
