/** From a request to the state that enrichment starts from: runs, collections and fields found and checked. */
import { type ClusterRow, findCluster } from "../db/clusters";
import { type CollectionRow, findCollections } from "../db/collections";
import { type ExecutionRow, executionById, latestCompleted } from "../db/executions";
import { mappingIssues } from "../domain/definition/cluster-facts";
import type { Warning } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import { type Loc, validationError } from "../domain/issues";
import type { JobContext } from "../jobs/contract";
import { mappingsOfCluster } from "./after-run";
import { derivedCollection } from "./derived";
import { type EnrichState, NO_COUNTS } from "./enrich";
import { mappingsOf, prefixOf } from "./fields";
import { readManifest, requireArtifacts } from "./run-tables";

/** Most documents that the store edits at once. */
const MAX_BATCH = 10_000;
/** More writers would only wait for each other at the collection's gate. */
const MAX_PARALLELISM = 4;

export interface EnrichRequest {
  runs: { cluster: ClusterRow; execution: ExecutionRow }[];
  sourceCollection: string | null;
  targetCollection: string | null;
  /** Facts by name; null for the cluster's own mappings. */
  fields: string[] | null;
  batchSize: number;
  parallelism: number;
}

type Context = Pick<JobContext, "env" | "db" | "objects">;

/** A run by its id, or the last completed run of the cluster that is named. */
export async function runNamed({ db }: Context, namespaceId: string, identifier: string): Promise<ExecutionRow> {
  if (/^run_[a-zA-Z0-9]+$/.test(identifier)) return executionById(db, namespaceId, identifier);
  const cluster = await findCluster(db, namespaceId, identifier);
  if (!cluster) {
    const msg = `There is no run and no cluster "${identifier}" in this namespace.`;
    throw new ShoalError("cluster_not_found", msg, { resource: "cluster", id: identifier });
  }
  return latestOf({ db }, namespaceId, cluster.id);
}

export async function latestOf({ db }: Pick<Context, "db">, namespaceId: string, clusterId: string) {
  const execution = await latestCompleted(db, namespaceId, clusterId);
  if (execution) return execution;
  throw new ShoalError("no_execution", `Cluster ${clusterId} has no completed run yet.`, {
    resource: "execution",
    cluster_id: clusterId,
  });
}

export async function clusterOfRun({ db }: Context, namespaceId: string, { id, clusterId }: ExecutionRow) {
  const cluster = await findCluster(db, namespaceId, clusterId);
  if (cluster) return cluster;
  throw new ShoalError("cluster_not_found", `The cluster of run ${id} is gone.`, {
    resource: "cluster",
    id: clusterId,
  });
}

export async function enrichState(
  context: Context,
  namespaceId: string,
  request: EnrichRequest,
): Promise<{ state: EnrichState; warnings: Warning[] }> {
  const warnings: Warning[] = [];
  const clustered = new Set<string>();
  for (const { execution } of request.runs) {
    requireArtifacts(execution);
    const { collection_ids } = await readManifest(context.objects, namespaceId, execution);
    for (const id of collection_ids) clustered.add(id);
  }
  const sources = await sourcesOf(context, namespaceId, request, [...clustered]);
  const derived =
    request.targetCollection === null
      ? null
      : await derivedCollection(context, namespaceId, sources, request.targetCollection);
  warnings.push(...(derived?.warnings ?? []));
  const given = request.fields && checked(mappingsOf(request.fields), ["body", "fields"]);
  const names = request.runs.map(({ cluster }) => cluster.name);
  const state: EnrichState = {
    runs: request.runs.map(({ cluster, execution }) => ({
      runId: execution.id,
      prefix: request.runs.length === 1 ? "" : prefixOf(distinct(names, cluster.name) ? cluster.name : execution.id),
      mappings: given ?? mappingsOfCluster(cluster.definition),
    })),
    sourceCollectionId: request.sourceCollection === null ? null : sources[0]!.id,
    targetCollectionId: derived?.target.id ?? null,
    batchSize: bounded("batch_size", request.batchSize, MAX_BATCH, warnings),
    parallelism: bounded("parallelism", request.parallelism, MAX_PARALLELISM, warnings),
    at: { run: 0, row: 0 },
    counts: NO_COUNTS,
  };
  return { state, warnings };
}

const distinct = (names: string[], name: string): boolean =>
  names.filter((other) => prefixOf(other) === prefixOf(name)).length === 1;

async function sourcesOf(
  { db }: Context,
  namespaceId: string,
  { sourceCollection }: EnrichRequest,
  clustered: string[],
): Promise<CollectionRow[]> {
  const wanted = sourceCollection === null ? clustered : [sourceCollection];
  const found = await findCollections(db, namespaceId, wanted);
  const missing = wanted.findIndex((_, i) => !found[i]);
  // A clustered collection that is gone since is no error: its documents count as failed.
  if (sourceCollection !== null && missing >= 0) {
    const msg = `There is no collection "${sourceCollection}" in this namespace.`;
    throw new ShoalError("collection_not_found", msg, { resource: "collection", id: sourceCollection });
  }
  const rows = found.filter((row) => row !== null);
  const stranger = sourceCollection === null ? undefined : rows.find(({ id }) => !clustered.includes(id));
  if (stranger) {
    const msg = `${stranger.id} was not clustered; the runs are of ${clustered.join(", ")}`;
    throw validationError([{ loc: ["body", "source_collection_id"], msg, type: "value_error" }]);
  }
  return rows;
}

function checked(mappings: ReturnType<typeof mappingsOf>, loc: Loc) {
  const issues = mappingIssues(mappings).map(({ path: [i], msg }) => ({ loc: [...loc, i], msg, type: "value_error" }));
  if (issues.length > 0) throw validationError(issues);
  return mappings;
}

function bounded(field: string, given: number, most: number, warnings: Warning[]): number {
  if (given > most) warnings.push({ loc: ["body", field], msg: `${given} is above ${most}, which is used` });
  return Math.min(given, most);
}
