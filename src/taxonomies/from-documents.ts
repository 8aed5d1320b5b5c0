/** Taxonomies from documents: from the fields of their payloads, from whole collections, from single reference documents. */
import { type CollectionRow, findCollection } from "../db/collections";
import { collectionStore } from "../documents/client";
import type { StoredDocument } from "../documents/contract";
import { ShoalError } from "../domain/errors";
import type { JobContext } from "../jobs/contract";
import { type Draft, type EnrichmentField, MAX_NODES, type Space, type TaxonomyNode } from "./contract";
import { levelsOf, pathOf } from "./levels";
import { quotaFor, Samples } from "./sampling";
import { blankVocabulary } from "./vocabulary";

type Context = Pick<JobContext, "db" | "env">;

/** Documents that are looked at, of each collection. */
export const LOOKED_AT = 2000;

export async function requireNamed(
  { db }: Pick<Context, "db">,
  namespaceId: string,
  id: string,
): Promise<CollectionRow> {
  const row = await findCollection(db, namespaceId, id);
  if (row) return row;
  throw new ShoalError("collection_not_found", `There is no collection "${id}" in this namespace.`, {
    resource: "collection",
    id,
  });
}

export async function firstDocuments(
  { env }: Pick<Context, "env">,
  namespaceId: string,
  collectionId: string,
  limit: number,
): Promise<StoredDocument[]> {
  const store = collectionStore(env, namespaceId, collectionId);
  const query = { filters: null, sort: [], search: null, offset: 0, includeTotal: false, returnVectors: false };
  const documents: StoredDocument[] = [];
  for (let cursor: string | null = null; documents.length < limit; ) {
    const page = await store.list({ ...query, limit: limit - documents.length, cursor });
    documents.push(...page.documents);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return documents;
}

/** The feature that nodes and documents are compared by: the one that an input mapping names, the first dense one, or the first. */
export function spaceOf({ features }: CollectionRow, mappings: Record<string, unknown>[] | null = null): Space | null {
  const named = mappings?.find(({ source_type }) => source_type === "vector")?.path;
  const feature = named
    ? features.find(({ uri, name }) => uri === named || name === named)
    : (features.find(({ kind = "dense" }) => kind === "dense") ?? features[0]);
  if (named && !feature) {
    throw new ShoalError("feature_not_found", `The collection has no feature "${named}".`, { feature: named });
  }
  if (!feature) return null;
  const { uri, dimensions, kind } = feature;
  const sparse = kind === "sparse" && { sparse: blankVocabulary() };
  return { features: [{ uri, dimensions, weight: 1, ...sparse }], normalize: true };
}

/** `schema`: levels are fields with few values; a node is a value below the values above it. */
export async function draftFromSchema(context: Context, namespaceId: string, collections: string[]): Promise<Draft> {
  const rows = [];
  for (const id of collections) rows.push(await requireNamed(context, namespaceId, id));
  const documents: { collectionId: string; documentId: string; payload: Record<string, unknown> }[] = [];
  for (const { id: collectionId } of rows)
    for (const { documentId, payload } of await firstDocuments(context, namespaceId, collectionId, LOOKED_AT))
      documents.push({ collectionId, documentId, payload });
  const levels = levelsOf(documents.map(({ payload }) => payload));
  if (levels.length === 0) {
    const msg = `No field of ${rows.map(({ name }) => name).join(", ")} can be a level: looked for texts with 2 to 50 values in ${documents.length} documents.`;
    throw new ShoalError("validation_failed", msg, { documents: documents.length });
  }
  const nodes = new Map<string, TaxonomyNode>();
  const samples = new Samples(quotaFor(nodes.size));
  for (const { collectionId, documentId, payload } of documents) {
    let parent: TaxonomyNode | null = null;
    for (const [i, value] of pathOf(payload, levels).entries()) {
      const step = `${levels[i]}=${encodeURIComponent(value)}`;
      const id: string = parent ? `${parent.node_id}/${step}` : step;
      const node: TaxonomyNode = nodes.get(id) ?? {
        ...blank(id, collectionId, value),
        parent_node_id: parent?.node_id ?? null,
      };
      nodes.set(id, node);
      node.parent_collection_id = parent?.collection_id ?? null;
      node.num_members += 1;
      parent = node;
    }
    if (parent) samples.add(parent.node_id, collectionId, documentId);
  }
  const all = bounded([...nodes.values()]);
  return {
    nodes: all,
    space: spaceOf(rows[0]!),
    samples: all.flatMap(({ node_id }, node) => samples.of(node_id).map((sample) => ({ node, ...sample }))),
    centroids: new Map(),
    notes: [`levels: ${levels.join(", ")}`],
  };
}

/** Nodes that the user has named, each a collection whose documents are its members. */
export async function draftFromNodes(context: Context, namespaceId: string, given: GivenNode[]): Promise<Draft> {
  const draft: Draft = { nodes: [], space: null, samples: [], centroids: new Map(), notes: [] };
  const ids = new Map<string, string>();
  for (const { node_id, collection_id } of given) ids.set(collection_id, node_id ?? collection_id);
  for (const node of given) {
    const row = await requireNamed(context, namespaceId, node.collection_id);
    const documents = await firstDocuments(context, namespaceId, row.id, quotaFor(given.length));
    draft.space ??= spaceOf(row, node.input_mappings ?? null);
    const { parent_collection_id: parent = null } = node;
    const index =
      draft.nodes.push({
        ...blank(node.node_id ?? node.collection_id, row.id, node.label ?? row.name),
        parent_node_id: node.parent_node_id ?? (parent === null ? null : (ids.get(parent) ?? null)),
        parent_collection_id: parent,
        summary: node.summary ?? null,
        keywords: node.keywords ?? null,
        num_members: await collectionStore(context.env, namespaceId, row.id).count(null),
        ...(node.retriever_id && { retriever_id: node.retriever_id }),
        ...(node.enrichment_fields && { enrichment_fields: node.enrichment_fields }),
        ...(node.input_mappings && { input_mappings: node.input_mappings }),
      }) - 1;
    draft.samples.push({
      node: index,
      collectionId: row.id,
      documentIds: documents.map(({ documentId }) => documentId),
    });
  }
  return draft;
}

export interface GivenNode {
  collection_id: string;
  node_id?: string | null | undefined;
  parent_node_id?: string | null | undefined;
  parent_collection_id?: string | null | undefined;
  label?: string | null | undefined;
  summary?: string | null | undefined;
  keywords?: string[] | null | undefined;
  retriever_id?: string | null | undefined;
  enrichment_fields?: EnrichmentField[] | null | undefined;
  input_mappings?: Record<string, unknown>[] | null | undefined;
}

/** A flat taxonomy: each document of the reference collection is a node. */
export async function draftFromReferences(
  context: Context,
  namespaceId: string,
  source: { collection_id: string; enrichment_fields: EnrichmentField[] },
  mappings: Record<string, unknown>[] | null,
): Promise<Draft> {
  const row = await requireNamed(context, namespaceId, source.collection_id);
  const documents = await firstDocuments(context, namespaceId, row.id, MAX_NODES + 1);
  if (documents.length > MAX_NODES) {
    const msg = `A flat taxonomy takes at most ${MAX_NODES} reference documents; ${row.id} has more.`;
    throw new ShoalError("job_too_large", msg, { limit: MAX_NODES, collection_id: row.id });
  }
  if (documents.length === 0) {
    throw new ShoalError("too_few_documents", `Collection ${row.id} has no reference document.`);
  }
  const paths = source.enrichment_fields.map(({ field_path }) => field_path);
  return {
    nodes: documents.map(({ documentId, payload }) => {
      const fields = Object.fromEntries(paths.map((path) => [path, valueAt(payload, path)]));
      const label = Object.values(fields).find((value) => typeof value === "string") as string | undefined;
      return { ...blank(documentId, row.id, label ?? documentId), num_members: 1, fields };
    }),
    space: spaceOf(row, mappings),
    samples: documents.map(({ documentId }, node) => ({ node, collectionId: row.id, documentIds: [documentId] })),
    centroids: new Map(),
    notes: [],
  };
}

export function valueAt(payload: Record<string, unknown>, path: string): unknown {
  let value: unknown = payload;
  for (const step of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[step];
  return value ?? null;
}

export const blank = (nodeId: string, collectionId: string, label: string | null): TaxonomyNode => ({
  node_id: nodeId,
  parent_node_id: null,
  collection_id: collectionId,
  parent_collection_id: null,
  label,
  summary: null,
  keywords: null,
  num_members: 0,
});

export function bounded(nodes: TaxonomyNode[]): TaxonomyNode[] {
  if (nodes.length <= MAX_NODES) return nodes;
  const msg = `A taxonomy has at most ${MAX_NODES} nodes; there would be ${nodes.length}.`;
  throw new ShoalError("job_too_large", msg, { limit: MAX_NODES, nodes: nodes.length });
}
