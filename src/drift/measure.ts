/** A cluster's data against its last completed run: every number that a condition may speak of. */
import { type ExecutionRow, latestCompleted } from "../db/executions";
import { timestamp } from "../db/time";
import { collectionStore } from "../documents/client";
import type { ClusterDefinition } from "../domain/definition/model";
import { compareSamples, type Drift } from "../domain/drift/compare";
import type { SampleSummary } from "../domain/drift/sample";
import { ShoalError } from "../domain/errors";
import { MEASURED, type Measured } from "../domain/schedules/measured";
import type { Env } from "../env";
import { planes } from "../planes";
import { type Baseline, currentSample, findBaseline, requireBaseline } from "./baseline";

export interface Measurement {
  run: ExecutionRow;
  baseline: Baseline;
  current: SampleSummary;
  drift: Drift;
}

interface Cluster {
  id: string;
  namespaceId: string;
  definition: ClusterDefinition;
}

/** @throws ShoalError `no_execution`, `drift_baseline_missing`, `drift_not_available`, `artifacts_not_found` */
export async function measureDrift(env: Env, { id: clusterId, namespaceId }: Cluster): Promise<Measurement> {
  const run = await latestCompleted(planes(env).db, namespaceId, clusterId);
  if (!run) {
    const msg = "The cluster has no completed run to measure drift against.";
    throw new ShoalError("no_execution", msg, { cluster_id: clusterId });
  }
  const of = { namespaceId, clusterId, runId: run.id };
  const baseline = await requireBaseline(env, of);
  const current = await currentSample(env, of);
  return { run, baseline, current, drift: compareSamples(baseline, current) };
}

const NOTHING = Object.fromEntries(MEASURED.map((name) => [name, null])) as Measured;

export interface Measures {
  /** The run that was measured against; null before the first. */
  run: ExecutionRow | null;
  values: Measured;
  /** Documents that there were when that run completed. */
  before: number;
  /** Why vectors were not measured. */
  note: string | null;
  measuredAt: string;
}

/** A run of a sample has seen fewer documents than there were: its baseline counted them. */
const documentsOf = async (env: Env, of: Parameters<typeof findBaseline>[1], run: ExecutionRow): Promise<number> =>
  (await findBaseline(env, of))?.documents ?? run.doc.num_points;

/** Every measured value; those of vectors only where asked for, and null where they cannot be had. */
export async function measureAll(env: Env, cluster: Cluster, withSample: boolean): Promise<Measures> {
  const { id, namespaceId, definition } = cluster;
  const run = await latestCompleted(planes(env).db, namespaceId, id);
  let drift: Partial<Drift> = {};
  let note: string | null = null;
  if (withSample && run) {
    try {
      ({ drift } = await measureDrift(env, cluster));
    } catch (error) {
      if (!(error instanceof ShoalError) || error.status >= 500) throw error;
      note = error.message;
    }
  }
  const documents = await countDocuments(env, namespaceId, definition);
  const before = run ? await documentsOf(env, { namespaceId, clusterId: id, runId: run.id }, run) : 0;
  const added = Math.max(0, documents - before);
  const { features: _, ...values } = drift;
  return {
    run,
    before,
    note,
    measuredAt: timestamp(),
    values: {
      ...NOTHING,
      ...values,
      documents,
      documents_added: added,
      added_share: before > 0 ? added / before : added > 0 ? 1 : 0,
      silhouette: run?.doc.metrics?.silhouette_score ?? null,
      noise_fraction: run?.doc.metrics?.noise_fraction ?? null,
      num_clusters: run?.doc.num_clusters ?? null,
    },
  };
}

/** Documents that a run would see now. */
async function countDocuments(env: Env, namespaceId: string, definition: ClusterDefinition): Promise<number> {
  const names = (definition.vector_config?.feature_uris ?? []).map((uri) => uri.slice(uri.lastIndexOf("/") + 1));
  const shapes = await Promise.all(
    definition.collection_ids.map((id) => collectionStore(env, namespaceId, id).shape(definition.filters, names)),
  );
  return shapes.reduce((sum, { rows, noiseRows }) => sum + rows + noiseRows, 0);
}
