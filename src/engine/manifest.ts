/** manifest.json: what a finished run is, how it was made, and what its files hold. docs/data-formats.md lists the fields. */
import { version as ENGINE_VERSION } from "../../package.json";
import { algorithmOf } from "../domain/run/methods";
import { runMetrics, runWarnings, takenOver } from "../domain/run/record";
import type { NeighborsResult, StageResults, SubspaceResult } from "../domain/run/results";
import type { RunHead } from "../domain/run/state";
import { type Scope, scopesOf } from "../domain/run/tracks";

export function manifest(head: RunHead, now: number): Record<string, unknown> {
  const { spec, plan } = head;
  const results = head.results as StageResults;
  if (!plan || !results.persist) throw new Error("a manifest needs a finished run");
  const { files, numPoints, noisePoints } = results.persist;
  const scopes = scopesOf(spec, plan, head.results);
  const sizes =
    results.persist.sizes ?? scopes.flatMap((scope) => scope.results.assign?.sizes ?? scope.results.group?.sizes ?? []);
  const { relationships, learnedWeights } = takenOver(head);
  const { reuse } = spec;
  return {
    version: 1,
    run_id: spec.runId,
    cluster_id: spec.clusterId,
    namespace_id: spec.namespaceId,
    collection_ids: spec.collections.map((one) => one.collectionId),
    created_at: spec.createdAt,
    started_at: new Date(head.startedAt).toISOString(),
    completed_at: new Date(now).toISOString(),
    execution_ms: now - head.startedAt,
    engine: { version: ENGINE_VERSION, kernels: head.build, kernel_memory_bytes: head.memoryBytes },
    method: algorithmOf(spec.method),
    ...(reuse ? reuse.auto !== undefined && { auto: reuse.auto } : autoOf(scopes)),
    /** The run whose clusters this one names anew. */
    ...(reuse && { reuses: { run_id: reuse.runId } }),
    result: plan.exact ? "exact" : "approximate",
    seed: spec.seed,
    collections: spec.collections.map(({ collectionId }, i) => ({ collection_id: collectionId, ...head.frozen[i] })),
    map: plan.map,
    rows: reuse?.rows ?? {
      total: numPoints,
      clustered: numPoints - noisePoints,
      noise: noisePoints,
      without_vector: plan.shape.missingRows,
      /** Fewer than were clustered when only a sample was fitted and the others were assigned to their nearest cluster. */
      fitted: plan.fittedRows,
    },
    num_clusters: sizes.length,
    metrics: runMetrics(head),
    ...(relationships && { relationships }),
    ...(learnedWeights && { learned_weights: learnedWeights }),
    stages: plan.stages.map((stage, index) => ({
      kind: stage.kind,
      ...(stage.track !== undefined && { feature: spec.features[stage.track]!.name }),
      method: stage.method,
      result: stage.exact ? "exact" : "approximate",
      tasks: stage.tasks,
      cpu_ms: Math.round(head.stageCpuMs[index] ?? 0),
    })),
    ...(results.naming && { labeling: { ...results.naming.report, errors: results.naming.errors.map(parsed) } }),
    audits:
      reuse?.audits ??
      (scopes.length > 1
        ? Object.fromEntries(scopes.map((scope) => [scope.spec.features[0]!.name, audits(scope.results)]))
        : audits(results)),
    files: [...Object.values(files).filter((file) => file !== null), ...results.persist.tables],
    warnings: runWarnings(head),
    definition: spec.definition,
    labels: { fields: results.keywords?.fields ?? [], sampled_documents: results.keywords?.sampledRows ?? 0 },
    spec: { ...spec, definition: undefined, reuse: undefined, labelled: undefined },
    plan: { shards: plan.shards, shard_rows: plan.shardRows, estimate: plan.estimate },
  };
}

/** What `auto` chose; for every feature where each is clustered by itself. */
function autoOf(scopes: Scope[]): Record<string, unknown> {
  const choices = scopes.flatMap(({ results: { choose } }) =>
    choose ? { chosen: choose.chosen, reasons: choose.reasons } : [],
  );
  if (choices.length === 0) return {};
  return { auto: choices.length === 1 ? choices[0] : choices };
}

/** What was measured of the approximations. */
function audits(results: StageResults): Record<string, unknown> {
  const { lloyd, coreset_solve, silhouette, dbcv, stability, scatter } = results;
  const found: Record<string, unknown> = {};
  if (lloyd && coreset_solve)
    found.kmeans = {
      // How far the coreset's solution was from where Lloyd's rounds over all rows ended.
      inertia_of_coreset_solution: lloyd.firstInertia,
      inertia: lloyd.inertia,
      inertia_gap: lloyd.inertia > 0 ? lloyd.firstInertia / lloyd.inertia - 1 : 0,
    };
  if (silhouette) found.silhouette = { sample_rows: silhouette.sampleRows, interval: silhouette.interval };
  if (dbcv) found.dbcv = { sample_rows: dbcv.sampleRows };
  if (stability && stability.agreements.length > 0)
    found.stability = {
      samples: stability.agreements.length,
      sample_rows: stability.sampleRows,
      agreements: stability.agreements,
    };
  if (scatter) found.map = { explained_variance: scatter.explainedVariance, sample_rows: scatter.sampleRows };
  for (const [name, result] of Object.entries(results)) {
    if (name.startsWith("subspace/")) {
      const { components, captured, energy, rounds } = result as SubspaceResult;
      found[name] = { components, captured_share: energy > 0 ? captured / energy : 1, rounds };
    }
    if (!name.startsWith("neighbors/")) continue;
    const { k, recall } = result as NeighborsResult;
    if (recall) found[name] = { k, recall: recall.share, audited_rows: recall.rows };
  }
  return found;
}

const parsed = (text: string): unknown => JSON.parse(text);
