/** A taxonomy from what clusterings found: each cluster of their last runs is a node. */
import { ALL_ROWS, centroidRows, memberRows, openMembers, readCentroids } from "../artifacts";
import type { CentroidJson, MemberRow } from "../artifacts/contract";
import { type ClusterRow, findCluster } from "../db/clusters";
import { type ExecutionRow, executionById } from "../db/executions";
import { ShoalError } from "../domain/errors";
import { NOISE_ID } from "../domain/ids";
import { latestOf } from "../enrichment/request";
import { type RunManifest, readManifest, requireArtifacts, withWords, wordsOf } from "../enrichment/run-tables";
import type { JobContext } from "../jobs/contract";
import { type Draft, MAX_NODES, type Space, type TaxonomyNode } from "./contract";
import { parentsByOverlap, type Tree } from "./overlap";
import { hashOf, quotaFor, Samples } from "./sampling";
import { blankVocabulary } from "./vocabulary";

type Context = Pick<JobContext, "db" | "objects">;

/** Members that overlap is measured on, of each run. */
const OVERLAP_MEMBERS = 50_000;

interface Run {
  cluster: ClusterRow;
  execution: ExecutionRow;
  manifest: RunManifest;
  clusters: (CentroidJson & { metadata?: Record<string, unknown> | null })[];
  space: Space | null;
  /** Whether the stored centroids lie in `space`: nothing was done to the rows after they were gathered. */
  plain: boolean;
}

/** The cluster and its last completed run. @throws ShoalError `cluster_not_found` or `no_execution` */
export async function clusterWithRun({ db }: Pick<Context, "db">, namespaceId: string, identifier: string) {
  const cluster = await findCluster(db, namespaceId, identifier);
  if (!cluster) {
    const msg = `There is no cluster "${identifier}" in this namespace.`;
    throw new ShoalError("cluster_not_found", msg, { resource: "cluster", id: identifier });
  }
  return { cluster, execution: await latestOf({ db }, namespaceId, cluster.id) };
}

/** @param runIds one run a cluster, as they were when the version was asked for */
export async function draftFromClusters(
  context: Context,
  namespaceId: string,
  runIds: string[],
  threshold: number,
): Promise<Draft> {
  const runs: Run[] = [];
  for (const runId of runIds) runs.push(await readRun(context, namespaceId, runId));
  const space = commonSpace(runs);
  const total = runs.reduce((sum, { clusters }) => sum + clusters.length, 0);
  if (total === 0) throw new ShoalError("too_few_documents", "The runs found no cluster to make a node of.");
  if (total > MAX_NODES) {
    const msg = `A taxonomy has at most ${MAX_NODES} nodes; the runs have ${total} clusters.`;
    throw new ShoalError("job_too_large", msg, { limit: MAX_NODES, clusters: total });
  }
  // From the coarsest to the finest: a cluster's parent is looked for in those before.
  const ordered = runs.map((run, i) => ({ run, i, tops: topsOf(run) })).sort((a, b) => a.tops - b.tops || a.i - b.i);
  const direct = (run: Run) => run.plain && JSON.stringify(run.space) === JSON.stringify(space);
  const samples = new Samples(quotaFor(total));
  const trees: Tree[] = [];
  for (const { run } of ordered) {
    trees.push(await walkMembers(context, run, { sampled: !direct(run), compared: runs.length > 1, samples }));
  }
  const across = parentsByOverlap(trees, threshold);
  const draft: Draft = { nodes: [], space, samples: [], centroids: new Map(), notes: [] };
  for (const { run } of ordered) {
    for (const facts of run.clusters) {
      const node = nodeOf(run, facts, across);
      const index = draft.nodes.push(node) - 1;
      if (direct(run) && facts.centroid_vector) draft.centroids.set(index, facts.centroid_vector);
      for (const sample of samples.of(node.node_id)) draft.samples.push({ node: index, ...sample });
    }
  }
  const collections = new Map(draft.nodes.map((node) => [node.node_id, node.collection_id]));
  for (const node of draft.nodes) {
    node.parent_collection_id = node.parent_node_id === null ? null : (collections.get(node.parent_node_id) ?? null);
  }
  if (runs.some((run) => !direct(run))) {
    draft.notes.push(
      "centroids are the means of members in the features as they are stored, not in the prepared space",
    );
  }
  return draft;
}

async function readRun(context: Context, namespaceId: string, runId: string): Promise<Run> {
  const execution = await executionById(context.db, namespaceId, runId);
  const { cluster } = await clusterOf(context, namespaceId, execution);
  const manifest = await readManifest(context.objects, namespaceId, execution);
  const { spec } = manifest;
  if (spec.independent) {
    const why = "clusters each feature by itself; make a taxonomy of one feature's clustering";
    throw new ShoalError("validation_failed", `Cluster ${cluster.id} ${why}.`, { cluster_id: cluster.id });
  }
  const words = await wordsOf(context.db, execution);
  const clusters: Run["clusters"] = [];
  for await (const batch of readCentroids(context.objects, requireArtifacts(execution).centroids)) {
    for (const row of centroidRows(batch)) {
      const given = words.get(row.cluster_id);
      clusters.push(given ? withWords(row, given) : row);
    }
    if (clusters.length > MAX_NODES) break;
  }
  const learned = cluster.doc.last_run_id === runId ? (cluster.doc.learned_weights as Space["features"] | null) : null;
  const weights = (learned ?? {}) as Record<string, number>;
  const features = spec.features.map(({ uri, dimensions, weight, sparse }) => ({
    uri,
    dimensions,
    weight: weights[uri] ?? weight,
    ...(sparse && { sparse: blankVocabulary() }),
  }));
  return {
    ...{ cluster, execution, manifest, clusters },
    space: features.length === 0 ? null : { features, normalize: spec.normalize },
    // Sparse features were clustered by their components.
    plain: spec.preparation.length === 0 && spec.features.every(({ sparse }) => !sparse),
  };
}

async function clusterOf({ db }: Context, namespaceId: string, execution: ExecutionRow) {
  const cluster = await findCluster(db, namespaceId, execution.clusterId);
  if (cluster) return { cluster };
  throw new ShoalError("cluster_not_found", `The cluster of run ${execution.id} is gone.`, { id: execution.clusterId });
}

/** The space of the first run that has one; the others must be of the same features. */
function commonSpace(runs: Run[]): Space | null {
  const first = runs.find(({ space }) => space !== null);
  if (!first) return null;
  const uris = ({ features }: Space) => features.map(({ uri }) => uri).join(", ");
  for (const { space, cluster } of runs) {
    if (space === null || uris(space) === uris(first.space!)) continue;
    const msg = `Clusters of one taxonomy share their features: ${cluster.id} has ${uris(space)}, ${first.cluster.id} has ${uris(first.space!)}.`;
    throw new ShoalError("validation_failed", msg, { cluster_id: cluster.id });
  }
  return first.space;
}

const topsOf = ({ clusters }: Run): number =>
  clusters.filter(({ parent_cluster_id }) => parent_cluster_id === null).length;

const nodeId = ({ cluster }: Run, clusterId: string): string => `${cluster.id}/${clusterId}`;

/** One pass over the members: a sample of each cluster's, and who is where. */
async function walkMembers(
  { objects }: Context,
  run: Run,
  { sampled, compared, samples }: { sampled: boolean; compared: boolean; samples: Samples },
): Promise<Tree> {
  const parents = new Map(
    run.clusters.map(({ cluster_id, parent_cluster_id: parent }) => [
      nodeId(run, cluster_id),
      parent === null ? null : nodeId(run, parent),
    ]),
  );
  const members = new Map<string, string>();
  if (!sampled && !compared) return { parents, members };
  const file = await openMembers(objects, requireArtifacts(run.execution).members);
  const most = file.rows <= OVERLAP_MEMBERS ? 2 ** 32 : (OVERLAP_MEMBERS / file.rows) * 2 ** 32;
  const see = ({ collection_id, document_id, cluster_id }: MemberRow) => {
    if (cluster_id === NOISE_ID) return;
    const node = nodeId(run, cluster_id);
    if (sampled) samples.add(node, collection_id, document_id);
    if (compared && hashOf(collection_id, document_id) < most) members.set(`${collection_id}/${document_id}`, node);
  };
  for await (const batch of file.read(ALL_ROWS)) memberRows(batch).forEach(see);
  return { parents, members };
}

function nodeOf(run: Run, facts: Run["clusters"][number], across: Map<string, string>): TaxonomyNode {
  const { cluster, execution, manifest } = run;
  const id = nodeId(run, facts.cluster_id);
  const parent = facts.parent_cluster_id;
  const outputs = (cluster.doc.output_collection_ids ?? []) as string[];
  return {
    node_id: id,
    parent_node_id: parent === null ? (across.get(id) ?? null) : nodeId(run, parent),
    // A node is a collection on the wire: that of its clusters' documents, or the first that was clustered.
    collection_id: outputs[0] ?? manifest.collection_ids[0]!,
    parent_collection_id: null,
    label: facts.label,
    summary: facts.summary,
    keywords: facts.keywords,
    num_members: facts.num_members,
    clustering_id: cluster.id,
    run_id: execution.id,
    cluster_id: facts.cluster_id,
  };
}
