/**
 * The state that drift is measured against: a sample of the documents taken when a run has completed, the same way as the later
 * ones, so that data that did not change has not drifted. It lies beside the run's files as `drift.json`.
 */
import { centroidRows, readCentroids } from "../artifacts";
import { latestCompleted } from "../db/executions";
import type { Centroids, SampleSummary } from "../domain/drift/sample";
import { ShoalError } from "../domain/errors";
import type { RunSpec } from "../domain/run/types";
import type { Env } from "../env";
import type { Subscriber } from "../events/subscribers";
import type { JobHandler } from "../jobs/contract";
import { keys } from "../objects/keys";
import { planes } from "../planes";
import { denseFeatures, type Sampled, sampleNow } from "./sample";

export interface Baseline extends SampleSummary {
  version: 1;
  run_id: string;
  taken_at: string;
}

interface Run {
  namespaceId: string;
  clusterId: string;
  runId: string;
}

const keyOf = ({ namespaceId, clusterId, runId }: Run): string =>
  `${keys.run(namespaceId, clusterId, runId)}drift.json`;

export const hearRunCompleted: Subscriber = async ({ db }, { id, type, namespaceId, metadata }) => {
  if (type !== "cluster.execution.completed") return [];
  const { cluster_id: clusterId, run_id: runId } = metadata as { cluster_id: string; run_id: string };
  const run = await latestCompleted(db, namespaceId, clusterId);
  if (run?.id !== runId) return [];
  return [{ id: `job_${id}_baseline`, namespaceId, kind: "drift_baseline", state: { namespaceId, clusterId, runId } }];
};

export const driftBaseline: JobHandler<Run> = {
  maxAttempts: 5,
  async step({ env, objects }, { state: run }) {
    const spec = await specOf(env, run);
    if (spec?.method.kind === "attribute" || !spec || spec.features.every(({ sparse }) => sparse))
      return { done: true };
    // A run that only named an earlier one's clusters anew has seen no other documents than that.
    const earlier = spec.reuse ? await findBaseline(env, { ...run, runId: spec.reuse.runId }) : null;
    const baseline = earlier ?? (await takeBaseline(env, run, spec));
    await objects.put(keyOf(run), new TextEncoder().encode(JSON.stringify(baseline)));
    return { done: true };
  },
};

async function takeBaseline(env: Env, run: Run, spec: RunSpec): Promise<Baseline> {
  const sample = await sampleNow(env, spec, await centroidsOf(env, run, spec));
  return { version: 1, run_id: run.runId, taken_at: new Date().toISOString(), ...sample };
}

/** What the run was asked for, from its manifest; null when its files are gone. */
export async function specOf(env: Env, { namespaceId, clusterId, runId }: Run): Promise<RunSpec | null> {
  const bytes = await planes(env).objects.get(keys.artifact(namespaceId, clusterId, runId, "manifest.json"));
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as { spec: RunSpec }).spec;
}

export async function findBaseline(env: Env, run: Run): Promise<Baseline | null> {
  const bytes = await planes(env).objects.get(keyOf(run));
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Baseline);
}

/**
 * @throws ShoalError `drift_baseline_missing` while the job that takes it has not ended, `drift_not_available` where there never will be one,
 * `artifacts_not_found`
 */
export async function requireBaseline(env: Env, run: Run): Promise<Baseline> {
  const baseline = await findBaseline(env, run);
  if (baseline) return baseline;
  const spec = await specOf(env, run);
  if (!spec) throw filesGone(run);
  if (spec.method.kind === "attribute") {
    const reason = "Drift is measured on vectors, and the last run clustered by attributes.";
    throw new ShoalError("drift_not_available", reason, { run_id: run.runId });
  }
  denseFeatures(spec);
  const msg = `Run ${run.runId} has no baseline yet: it is taken in the seconds after a run completes.`;
  throw new ShoalError("drift_baseline_missing", msg, { run_id: run.runId });
}

/**
 * The run's clusters in the space of the rows as they are gathered; null where its centroids are in another one (a preparation,
 * learned weights, a clustering for each feature).
 */
export async function centroidsOf(env: Env, run: Run, spec: RunSpec): Promise<Centroids | null> {
  const isOther = spec.independent || spec.weightLearning || spec.preparation.length > 0;
  if (isOther || spec.features.some(({ sparse }) => sparse)) return null;
  const width = denseFeatures(spec).reduce((sum, { dimensions }) => sum + dimensions, 0);
  const vectors: number[][] = [];
  const key = keys.artifact(run.namespaceId, run.clusterId, run.runId, "centroids.parquet");
  for await (const batch of readCentroids(planes(env).objects, key)) {
    for (const row of centroidRows(batch)) {
      if (row.hierarchy_level > 0) continue;
      if (row.centroid_vector?.length !== width) return null;
      vectors.push(row.centroid_vector);
    }
  }
  return vectors.length > 0 ? { count: vectors.length, values: Float32Array.from(vectors.flat()) } : null;
}

const filesGone = ({ runId }: Run): ShoalError =>
  new ShoalError("artifacts_not_found", `The files of run ${runId} are gone.`, { run_id: runId });

/** The documents as they are now, as the baseline's run would see them. */
export async function currentSample(env: Env, run: Run): Promise<SampleSummary> {
  const spec = await specOf(env, run);
  if (!spec) throw filesGone(run);
  return sampleNow(env, spec satisfies Sampled, await centroidsOf(env, run, spec));
}
