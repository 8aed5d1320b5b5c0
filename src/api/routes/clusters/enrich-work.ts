/** Enrichment behind a request: what fits is written before the answer, the rest by a job. */
import type { z } from "@hono/zod-openapi";
import type { Warning } from "../../../domain/definition/model";
import { newId } from "../../../domain/ids";
import { type EnrichState, enrichUntil } from "../../../enrichment/enrich";
import { enqueueTask } from "../../../jobs/enqueue";
import { type AppContext, services } from "../../context";
import type { EnrichmentResponse } from "../../schemas/enrich";

/** A request should end within 30 s, and a batch under way takes some of them. */
const BUDGET_MS = 20_000;

export async function writeOrSubmit(
  c: AppContext,
  state: EnrichState,
  isAsync: boolean,
  warnings: Warning[],
): Promise<z.input<typeof EnrichmentResponse> | Response> {
  if (isAsync) return c.json(await submit(c, state, warnings), 202);
  const context = { ...services(c), env: c.env };
  const next = await enrichUntil(context, c.var.namespace.id, state, Date.now() + BUDGET_MS);
  if (!next.done) return c.json(await submit(c, next.state, warnings), 202);
  return {
    ...next.state.counts,
    run_ids: state.runs.map(({ runId }) => runId),
    target_collection_id: state.targetCollectionId,
  };
}

async function submit(c: AppContext, state: EnrichState, warnings: Warning[]) {
  const { db } = services(c);
  const namespaceId = c.var.namespace.id;
  const { sourceCollectionId, targetCollectionId, runs, counts } = state;
  const runIds = runs.map(({ runId }) => runId);
  const task = {
    taskId: newId("task"),
    namespaceId,
    type: "materialize",
    inputs: [{ run_ids: runIds, source_collection_id: sourceCollectionId, target_collection_id: targetCollectionId }],
    additionalData: { run_ids: runIds, progress: counts, warnings },
  };
  return enqueueTask(c.env, db, task, { id: newId("job"), kind: "enrich", state });
}
