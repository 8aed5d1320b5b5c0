/** What a run's head says to D1 and to the executions endpoints. */
import { clusterLabelId } from "../ids";
import type { FacesResult, PersistResult, StageResults, SubclusterResult } from "./results";
import type { ReusedRun } from "./reuse";
import type { RunHead } from "./state";
import { type Scope, scopesOf } from "./tracks";
import type { ClusterName, RunCentroid, RunMetrics, RunRecord, RunSpec } from "./types";

const isoTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export function runRecord(head: RunHead): RunRecord {
  const { spec, status, plan } = head;
  const results = head.results as StageResults;
  const completed = status === "completed" ? results.persist : undefined;
  const centroids = completed ? runCentroids(head, completed) : null;
  return {
    runId: spec.runId,
    clusterId: spec.clusterId,
    namespaceId: spec.namespaceId,
    taskId: spec.taskId,
    status,
    startedAt: isoTime(head.startedAt),
    completedAt: isoTime(head.endedAt),
    canceledAt: isoTime(head.canceledAt),
    errorCode: head.failure?.code ?? null,
    errorMessage: head.failure?.message ?? null,
    numClusters: centroids?.length ?? 0,
    numPoints: completed?.numPoints ?? 0,
    noisePoints: completed?.noisePoints ?? 0,
    ...(completed && takenOver(head)),
    ...(completed &&
      spec.labelled && { keptLabels: { runId: spec.labelled.runId, kept: results.keywords?.kept ?? [] } }),
    metrics: completed ? runMetrics(head) : null,
    centroids,
    warnings: runWarnings(head),
    ...(results.naming && { labeling: results.naming.report }),
    ...(results.naming && results.naming.errors.length > 0 && { labelingErrors: results.naming.errors }),
    plan,
    artifacts: completed
      ? {
          members: completed.files.members.key,
          centroids: completed.files.centroids.key,
          hierarchy: completed.files.hierarchy?.key ?? null,
          manifest: completed.files.members.key.replace("members.parquet", "manifest.json"),
        }
      : null,
    executionMs: head.endedAt === null ? null : head.endedAt - head.startedAt,
  };
}

/** What is told of the clustering beside its clusters: of this run's, or of the one whose clusters it names anew. */
export function takenOver({ spec, results }: RunHead): Pick<RunRecord, "learnedWeights" | "relationships"> {
  const { relate, weights } = results as StageResults;
  const { relationships = relate?.relationships, learnedWeights = weights && byUri(spec, weights) } = spec.reuse ?? {};
  return { ...(learnedWeights && { learnedWeights }), ...(relationships && { relationships }) };
}

function byUri({ features }: RunSpec, weights: NonNullable<StageResults["weights"]>): RunRecord["learnedWeights"] {
  const byUri = Object.fromEntries(features.map(({ uri }, i) => [uri, weights.weights[i]!]));
  return { weights: byUri, score: weights.score };
}

/** A cluster whose name the record has no room for is named in the tables only, but for an attribute's value. */
function runCentroids({ spec, plan, results }: RunHead, { names, sizes: counted }: PersistResult): RunCentroid[] {
  if (counted) return counted.map((size, index) => runCentroid(index, size, names[index]));
  return scopesOf(spec, plan, results).flatMap(({ results: { assign, group }, offset }) => {
    const sizes = assign?.sizes ?? group?.sizes ?? [];
    return sizes.map((size, index) =>
      runCentroid(offset + index, size, names[offset + index], group?.labels[index] ?? null),
    );
  });
}

const runCentroid = (
  index: number,
  size: number,
  name: ClusterName | undefined,
  given: string | null = null,
): RunCentroid => ({
  cluster_id: clusterLabelId(index),
  num_members: size,
  label: name?.label ?? given,
  summary: name?.summary ?? null,
  keywords: name?.keywords ?? null,
  ...(name?.extra && { metadata: name.extra }),
});

/** Quality of a vector clustering, and the objectives of its method; of several clusterings the means, and each one's under its feature. */
export function runMetrics({ spec, plan, results }: RunHead): RunMetrics | null {
  if (spec.reuse) return spec.reuse.metrics;
  if (spec.method.kind === "attribute") return null;
  const scopes = scopesOf(spec, plan, results);
  const { persist } = results as StageResults;
  const [first, ...others] = scopes.map((scope) => clusteringMetrics({ ...scope.results, persist }));
  if (others.length === 0) return first!;
  const each = [first!, ...others];
  const mean = (name: string): number | null => {
    const known = each.flatMap((metrics) => metrics[name] ?? []);
    return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  };
  const names = Object.keys(first!);
  const own = each.flatMap((metrics, i) =>
    Object.entries(metrics).map(([name, value]) => [`${spec.features[i]!.name}.${name}`, value] as const),
  );
  return Object.fromEntries([...names.map((name) => [name, mean(name)] as const), ...own]) as RunMetrics;
}

function clusteringMetrics(results: StageResults): RunMetrics {
  const { assign, cluster, silhouette, dbcv, stability, kmeans, lloyd, persist } = results;
  return {
    silhouette_score: silhouette?.score ?? null,
    davies_bouldin_index: assign?.daviesBouldin ?? null,
    calinski_harabasz_score: assign?.calinskiHarabasz ?? null,
    ...(dbcv && { dbcv: dbcv.score }),
    stability: stability?.mean ?? null,
    noise_fraction: persist && persist.numPoints > 0 ? persist.noisePoints / persist.numPoints : null,
    ...(cluster
      ? cluster.objectives
      : { inertia: assign?.inertia ?? null, n_iter: kmeans?.iterations ?? lloyd?.iterations ?? null }),
  };
}

/** The warnings of the request and of the data, and those that only the finished stages can give. */
export function runWarnings({ spec, warnings, results, plan }: RunHead): RunRecord["warnings"] {
  const { relate, keywords, naming } = results as StageResults;
  const told = [...warnings, ...(keywords?.warnings ?? []), ...(naming?.warnings ?? [])];
  if (spec.reuse) return withEarlier(told, spec.reuse);
  const scopes = scopesOf(spec, plan, results);
  const untold = relate?.untold ?? 0;
  return [
    ...told,
    ...scopes.flatMap((scope, i) =>
      clusteringWarnings(scope).map(({ loc, msg }) => ({
        loc,
        msg: scopes.length > 1 ? `${spec.features[i]!.name}: ${msg}` : msg,
      })),
    ),
    ...(untold > 0
      ? [{ loc: ["hierarchy_relationships"], msg: `${untold} more overlaps of clusters are not listed` }]
      : []),
  ];
}

/** Those of the clustering that is taken over, but for what was told of its names. */
function withEarlier(told: RunRecord["warnings"], { warnings }: ReusedRun): RunRecord["warnings"] {
  const known = new Set(told.map(({ msg }) => msg));
  return [...told, ...warnings.filter(({ loc, msg }) => loc[0] !== "llm_labeling" && !known.has(msg))];
}

function clusteringWarnings({ spec, plan, results }: Scope): RunRecord["warnings"] {
  const { assign, choose, cluster, faces, group, kmeans, lloyd, subclusters, weights } = results;
  const told = [...(cluster?.warnings ?? [])];
  if (choose)
    told.push({
      loc: ["vector_config", "clustering_method"],
      msg: `auto chose ${choose.chosen.kind}: ${choose.reasons.join("; ")}`,
    });
  if (weights) {
    const found = spec.features.map(({ name }, i) => `${name} ${weights.weights[i]}`).join(", ");
    const measured = (score: number | null) => (score === null ? "not measurable" : score.toPrecision(4));
    told.push({
      loc: ["vector_config", "feature_weights"],
      msg: `learned from ${weights.tried} clusterings of ${weights.sampleRows} documents: ${found}; ${spec.weightLearning?.metric} ${measured(weights.score)}, with equal weights ${measured(weights.equalScore)}`,
    });
  }
  for (const [feature, { name, sparse }] of spec.features.entries()) {
    const empty = results[`embed/${feature}`]?.emptyRows ?? 0;
    if (sparse && empty > 0)
      told.push({
        loc: ["vector_config", "feature_uris"],
        msg: `${documents(empty)} no term of ${name} that others have too: they lie together at the origin`,
      });
  }
  if (plan && plan.fittedRows < plan.shape.rows) {
    const byRow = cluster && cluster.pieces.length > 0;
    const others = byRow
      ? "took the cluster of the nearest document of the sample"
      : "were assigned to their nearest cluster";
    told.push({
      loc: ["vector_config", "sample_size"],
      msg: `${plan.shape.rows} documents are more than the ${plan.fittedRows} that ${spec.method.kind} clusters: a seeded sample of ${plan.fittedRows} was clustered, the other ${plan.shape.rows - plan.fittedRows} ${others}`,
    });
  }
  if (plan && spec.map && plan.map?.method !== spec.map.method)
    told.push({
      loc: ["vector_config", "vis_method"],
      msg: `${plan.shape.rows} documents are too few or too many to be laid out by ${spec.map.method} in one isolate: the map is a PCA`,
    });
  for (const [i, step] of (plan ? spec.preparation : []).entries()) {
    const kept = plan!.views[i + 1]?.dimensions;
    if (step.method === "pca" && kept !== undefined && kept < step.components)
      told.push({
        loc: ["vector_config", "preprocessing_steps", "n_components"],
        msg: `${step.components} components were asked for, the documents have ${kept}`,
      });
  }
  if (faces && plan) told.push(...faceWarnings(faces, plan.shape.rows));
  if (subclusters) told.push(...hierarchyWarnings(subclusters));
  if (spec.method.kind === "kmeans") {
    const { n_clusters, max_iter } = spec.method.params;
    const made = faces?.targets.length ?? assign?.sizes.length;
    if (made !== undefined && made < n_clusters)
      told.push({
        loc: ["vector_config", "n_clusters"],
        msg: `${n_clusters} clusters were asked for, the data has ${made} distinct ones`,
      });
    const solved = lloyd ?? kmeans;
    if (solved && !solved.converged)
      told.push({
        loc: ["vector_config", "max_iter"],
        msg: `the best restart had not converged after max_iter = ${max_iter} rounds`,
      });
  }
  if (group && group.noiseRows > 0)
    told.push({
      loc: ["attribute_config", "attributes"],
      msg: `${group.noiseRows} of ${plan?.shape.rows ?? 0} documents lack one of the attributes: they are noise`,
    });
  return told;
}

function faceWarnings({ unplaced, sceneless }: FacesResult, rows: number): RunRecord["warnings"] {
  const told: RunRecord["warnings"] = [];
  const at = (field: string, msg: string) => told.push({ loc: ["vector_config", "face_cluster_merge", field], msg });
  if (unplaced > 0) at("bbox_field", `${unplaced} of ${rows} documents have no readable box and frame`);
  if (sceneless > 0) at("scene_field", `${sceneless} of ${rows} documents name no scene`);
  return told;
}

function hierarchyWarnings({ levels, sampled, unsplit }: SubclusterResult): RunRecord["warnings"] {
  const told: string[] = [];
  if (levels === 0) told.push("no cluster was split: none is large enough and has parts that stand out against it");
  if (sampled > 0)
    told.push(
      `${sampled} clusters are larger than one isolate splits: each was split by a seeded sample of its documents, the others took the nearest sub-cluster`,
    );
  if (unsplit > 0) told.push(`${unsplit} clusters were not split: a run cannot describe that many clusters`);
  return told.map((msg) => ({ loc: ["vector_config", "hierarchical"], msg }));
}

const documents = (count: number): string => (count === 1 ? "1 document has" : `${count} documents have`);
