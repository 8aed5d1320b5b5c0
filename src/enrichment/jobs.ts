/** Enrichment as jobs: asked for by a request, or by a run that has completed. */
import { findCluster, setClusterFields } from "../db/clusters";
import { timestamp } from "../db/time";
import type { JobHandler } from "../jobs/contract";
import { type EnrichState, enrichUntil } from "./enrich";

/** A step saves its state after this long. */
export const STEP_MS = 5_000;
const MAX_ATTEMPTS = 8;

export const enrichJob: JobHandler<EnrichState> = {
  maxAttempts: MAX_ATTEMPTS,
  async step(context, { namespaceId, state }) {
    const next = await enrichUntil(context, namespaceId, state, Date.now() + STEP_MS);
    const { counts, targetCollectionId } = next.state;
    if (!next.done) return { done: false, state: next.state, progress: { progress: counts } };
    const output = { ...counts, ...(targetCollectionId && { target_collection_id: targetCollectionId }) };
    return { done: true, outputs: [output], errors: counts.failed > 0 };
  },
};

/** What a run that has completed writes into its sources. */
export interface SourceState extends EnrichState {
  clusterId: string;
}

export const enrichSourceJob: JobHandler<SourceState> = {
  maxAttempts: MAX_ATTEMPTS,
  async step(context, { namespaceId, state }) {
    const { db } = context;
    const { clusterId } = state;
    const runId = state.runs[0]!.runId;
    const cluster = await findCluster(db, namespaceId, clusterId);
    // A newer run writes its own results, and a cluster that was deleted wants none.
    if (!cluster || cluster.doc.last_run_id !== runId) return { done: true };
    const next = await enrichUntil(context, namespaceId, state, Date.now() + STEP_MS);
    const { counts } = next.state;
    const status = next.done ? (counts.failed > 0 ? "COMPLETED_WITH_ERRORS" : "COMPLETED") : "PROCESSING";
    await setClusterFields(db, clusterId, { enrichment: enrichmentOf("source", status, runId, { ...counts }) });
    return next.done ? { done: true } : { done: false, state: { ...next.state, clusterId } };
  },
  async givenUp({ db }, { state }, error) {
    const reason = error instanceof Error ? error.message : String(error);
    const failed = enrichmentOf("source", "FAILED", state.runs[0]!.runId, { ...state.counts, error: reason });
    await setClusterFields(db, state.clusterId, { enrichment: failed });
  },
};

/** The cluster's `enrichment` field: what became of its last run's results, and where they went. */
export const enrichmentOf = (
  target: "source" | "output_collection",
  status: string,
  runId: string,
  more: Record<string, unknown>,
): Record<string, unknown> => ({ target, status, run_id: runId, ...more, updated_at: timestamp() });
