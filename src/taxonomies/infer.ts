/** Inference as a job: the nodes first, then centroids node by node, then the version is ready. */
import { findTaxonomy, setVersionFields, type TaxonomyDoc } from "../db/taxonomies";
import { collectionStore } from "../documents/client";
import { ShoalError } from "../domain/errors";
import { documentsOf } from "../enrichment/copy";
import { announce } from "../events/announce";
import type { Job, JobContext, JobHandler, Step } from "../jobs/contract";
import { hasSource, type TaxonomyConfig } from "./config";
import { type Draft, dimensionsOf, leavesOf, type TaxonomyNode } from "./contract";
import { draftFromClusters } from "./from-clusters";
import { draftFromNodes, draftFromReferences, draftFromSchema, requireNamed, valueAt } from "./from-documents";
import { draftFromModel } from "./from-model";
import { meanOf } from "./space";
import { dropDraft, readCentroids, readDraft, type StoredDraft, writeCentroids, writeDraft, writeIndex } from "./store";
import { withVocabulary } from "./vocabulary";

export interface InferState {
  taxonomyId: string;
  version: number;
  /** Runs of the clusters that it is made of, as they were when it was asked for. */
  runIds: string[];
  /** Samples whose centroid is computed; null before the nodes are known. */
  next: number | null;
}

const STEP_MS = 5_000;

export const inferTaxonomy: JobHandler<InferState> = {
  maxAttempts: 6,
  step: (context, job) => inferUntil(context, job, Date.now() + STEP_MS),
  async givenUp({ db }, { state }, error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = error instanceof ShoalError ? error.code : "internal_error";
    await setVersionFields(db, state.taxonomyId, state.version, {
      inference: { status: "FAILED", error: reason, code },
    });
  },
};

/** The nodes, or the centroids from the saved sample on until `deadline` (milliseconds since the epoch), at least one node's. */
export async function inferUntil(
  context: JobContext,
  { namespaceId, state }: Pick<Job<InferState>, "namespaceId" | "state">,
  deadline: number,
): Promise<Step<InferState>> {
  const { db, objects } = context;
  const { taxonomyId, version } = state;
  const ref = { namespaceId, taxonomyId, version };
  const doc = await findTaxonomy(db, namespaceId, taxonomyId, version);
  // Deleted meanwhile, or made ready by a step that was not saved.
  if (!doc || doc.ready) return { done: true };
  if (state.next === null) {
    const draft = overridden(await draftOf(context, namespaceId, doc, state.runIds), doc);
    await writeDraft(objects, ref, await withVocabulary(context, namespaceId, draft));
    return { done: false, state: { ...state, next: 0 } };
  }
  const draft = await readDraft(objects, ref);
  if (!draft) throw new Error(`the draft of ${taxonomyId} is gone`);
  const centroids = await readCentroids(objects, ref);
  const next = await computeMeans(context, namespaceId, draft, { centroids, from: state.next, deadline });
  if (next === draft.samples.length) fillUpwards(draft, centroids);
  await writeCentroids(objects, ref, centroids);
  if (next < draft.samples.length) return { done: false, state: { ...state, next } };
  await writeIndex(objects, ref, { version: 1, space: draft.space, nodes: draft.nodes });
  await setVersionFields(db, taxonomyId, version, readyFields(draft, centroids));
  await dropDraft(objects, ref);
  await announce(context.env, db, {
    type: "taxonomy.updated",
    namespaceId,
    subject: { type: "taxonomy", id: taxonomyId },
    metadata: { taxonomy_id: taxonomyId, version, ready: true, nodes: draft.nodes.length },
  });
  return { done: true };
}

async function draftOf(context: JobContext, namespaceId: string, doc: TaxonomyDoc, runIds: string[]): Promise<Draft> {
  const config = doc.config as unknown as TaxonomyConfig;
  if (hasSource(config)) {
    const { source_collection: source } = config;
    const row = await requireNamed(context, namespaceId, source.collection_id);
    if (runIds.length === 0) return draftFromReferences(context, namespaceId, source, config.input_mappings ?? null);
    // An output collection: its documents are clusters, which are found by the features that were clustered.
    const draft = await draftFromClusters(context, namespaceId, runIds, 1);
    const paths = source.enrichment_fields.map(({ field_path }) => field_path);
    for (const node of draft.nodes) {
      node.collection_id = row.id;
      node.fields = Object.fromEntries(paths.map((path) => [path, valueAt({ ...node }, path)]));
    }
    return draft;
  }
  const { inference_strategy: strategy, inference_collections: collections } = config;
  if (strategy === "cluster") return draftFromClusters(context, namespaceId, runIds, config.cluster_overlap_threshold);
  if (strategy === "schema") return draftFromSchema(context, namespaceId, collections ?? []);
  if (strategy === "llm") return draftFromModel(context, namespaceId, config);
  return draftFromNodes(context, namespaceId, config.hierarchical_nodes ?? []);
}

/** With an inference, nodes that the user gives by `node_id` say what the inferred ones are called and where they hang. */
function overridden(draft: Draft, doc: TaxonomyDoc): Draft {
  const config = doc.config as unknown as TaxonomyConfig;
  if (hasSource(config) || !config.inference_strategy) return draft;
  const known = new Map(draft.nodes.map((node) => [node.node_id, node]));
  for (const { node_id: id, ...given } of config.hierarchical_nodes ?? []) {
    const node = id ? known.get(id) : undefined;
    if (!node) {
      draft.notes.push(`hierarchical_nodes names no inferred node: ${id ?? given.collection_id}`);
      continue;
    }
    const set = Object.entries(given).filter(([key, value]) => key !== "collection_id" && value !== null);
    Object.assign(node, Object.fromEntries(set.filter(([, value]) => value !== undefined)));
  }
  for (const node of draft.nodes) if (hangsOnItself(node, known)) node.parent_node_id = null;
  return draft;
}

function hangsOnItself(node: TaxonomyNode, known: Map<string, TaxonomyNode>): boolean {
  const seen = new Set([node.node_id]);
  for (let at = node.parent_node_id; at !== null; at = known.get(at)?.parent_node_id ?? null) {
    if (seen.has(at)) return true;
    seen.add(at);
  }
  return node.parent_node_id !== null && !known.has(node.parent_node_id);
}

/** Centroids from the sample `from` on; answers the sample that comes next. */
async function computeMeans(
  { env }: JobContext,
  namespaceId: string,
  { samples, space, nodes }: StoredDraft,
  { centroids, from, deadline }: { centroids: Float32Array; from: number; deadline: number },
): Promise<number> {
  if (!space) return samples.length;
  const width = dimensionsOf(space);
  let next = from;
  // A node's samples follow each other; a mean is of all of them.
  while (next < samples.length && (next === from || Date.now() < deadline)) {
    const { node } = samples[next]!;
    const documents: Record<string, unknown>[] = [];
    for (; next < samples.length && samples[next]!.node === node; next++) {
      const { collectionId, documentIds } = samples[next]!;
      const store = collectionStore(env, namespaceId, collectionId);
      for await (const page of documentsOf(store, documentIds, true))
        documents.push(...page.map(({ vectors }) => vectors ?? {}));
    }
    const mean = meanOf(space, documents);
    if (mean && nodes[node]) centroids.set(mean, node * width);
  }
  return next;
}

/** A node without a centroid of its own has the mean of those below it, by their members. */
function fillUpwards({ nodes, space }: StoredDraft, centroids: Float32Array): void {
  if (!space) return;
  const width = dimensionsOf(space);
  const index = new Map(nodes.map(({ node_id }, i) => [node_id, i]));
  const sums = new Map<number, { sum: Float64Array; weight: number }>();
  for (const leaf of leavesOf(nodes)) {
    const own = centroids.subarray(leaf * width, (leaf + 1) * width);
    if (Number.isNaN(own[0])) continue;
    const weight = Math.max(1, nodes[leaf]!.num_members);
    for (let at = nodes[leaf]!.parent_node_id; at !== null; ) {
      const parent = index.get(at)!;
      const total = sums.get(parent) ?? { sum: new Float64Array(width), weight: 0 };
      sums.set(parent, total);
      for (let i = 0; i < width; i++) total.sum[i]! += own[i]! * weight;
      total.weight += weight;
      at = nodes[parent]!.parent_node_id;
    }
  }
  for (const [node, { sum, weight }] of sums)
    if (Number.isNaN(centroids[node * width]))
      centroids.set(
        sum.map((value) => value / weight),
        node * width,
      );
}

/** D1 holds rows up to 2 MB and a taxonomy's stands there twice: a large one shows its nodes without their texts. */
const SHOWN_BYTES = 300_000;

function readyFields({ nodes, space, notes }: StoredDraft, centroids: Float32Array): Record<string, unknown> {
  const width = space ? dimensionsOf(space) : 0;
  const leaves = leavesOf(nodes);
  const placed = width === 0 ? 0 : leaves.filter((leaf) => !Number.isNaN(centroids[leaf * width])).length;
  const said = [...notes];
  const full = nodes.map(({ fields: _, ...node }) => node);
  const fits = JSON.stringify(full).length <= SHOWN_BYTES;
  if (!fits) said.push("too many nodes to show their summaries and keywords here; documents get them");
  const shown = fits ? full : full.map((node) => ({ ...node, summary: null, keywords: null }));
  if (placed === 0) said.push("no node has a centroid: documents cannot be classified");
  return {
    ready: true,
    "config.hierarchical_nodes": shown,
    inference: {
      status: "COMPLETED",
      nodes: nodes.length,
      leaves: leaves.length,
      leaves_with_centroid: placed,
      features: space?.features.map(({ uri }) => uri) ?? [],
      notes: said,
    },
  };
}
