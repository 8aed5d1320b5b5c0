/** New taxonomies and versions: checked against the namespace, written, and their inference asked for. */
import { addTaxonomyVersion, createTaxonomy, type TaxonomyDoc, taxonomyHistory } from "../db/taxonomies";
import { timestamp } from "../db/time";
import type { Warning } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import { newId } from "../domain/ids";
import { type Loc, parseAt } from "../domain/issues";
import { announce } from "../events/announce";
import type { JobContext } from "../jobs/contract";
import { enqueue } from "../jobs/enqueue";
import { hasSource, schemaFor, type TaxonomyConfig } from "./config";
import { clusterWithRun } from "./from-clusters";
import { requireNamed } from "./from-documents";
import type { InferState } from "./infer";

type Context = Pick<JobContext, "env" | "db">;

export interface Checked {
  config: TaxonomyConfig;
  runIds: string[];
  warnings: Warning[];
}

/** Checks a configuration and finds what it names; clusters are pinned to their last completed runs. */
export async function checkConfig(
  { db }: Pick<Context, "db">,
  namespaceId: string,
  given: Record<string, unknown>,
  loc: Loc = ["body", "config"],
): Promise<Checked> {
  const config = parseAt(schemaFor(given), given, loc) as TaxonomyConfig;
  const warnings: Warning[] = [];
  const stored = (field: string, msg: string) => warnings.push({ loc: [...loc, field], msg });
  if (config.retriever_id) stored("retriever_id", "is stored; documents are classified by the nodes' centroids");
  if (config.step_analytics) stored("step_analytics", "is stored and has no effect");
  if (hasSource(config)) {
    const row = await requireNamed({ db }, namespaceId, config.source_collection.collection_id);
    const clusterId = row.doc.source.type === "cluster" ? row.doc.source.cluster_id : null;
    if (typeof clusterId !== "string") return { config, runIds: [], warnings };
    const { execution } = await clusterWithRun({ db }, namespaceId, clusterId);
    return { config, runIds: [execution.id], warnings };
  }
  for (const id of config.inference_collections ?? []) await requireNamed({ db }, namespaceId, id);
  for (const { collection_id } of config.hierarchical_nodes ?? [])
    await requireNamed({ db }, namespaceId, collection_id);
  const runIds: string[] = [];
  for (const id of config.inference_strategy === "cluster" ? (config.cluster_ids ?? []) : []) {
    const { execution } = await clusterWithRun({ db }, namespaceId, id);
    if (!runIds.includes(execution.id)) runIds.push(execution.id);
  }
  return { config, runIds, warnings };
}

export interface NewTaxonomy {
  taxonomy_name: string;
  description: string | null;
  metadata: Record<string, unknown>;
}

export async function defineTaxonomy(
  context: Context,
  namespaceId: string,
  given: NewTaxonomy,
  checked: Checked,
): Promise<TaxonomyDoc> {
  const now = timestamp();
  const doc: TaxonomyDoc = {
    taxonomy_id: newId("tax"),
    namespace_id: namespaceId,
    version: 1,
    ...given,
    ...versionFields(checked),
    created_at: now,
    updated_at: now,
  };
  await createTaxonomy(context.db, doc);
  await infer(context, doc, checked.runIds);
  await announceTaxonomy(context, "taxonomy.created", doc);
  return doc;
}

/** The next version with another configuration; what is its name's stays. */
export async function defineVersion(context: Context, before: TaxonomyDoc, checked: Checked): Promise<TaxonomyDoc> {
  const [newest] = await taxonomyHistory(context.db, before.taxonomy_id);
  const doc: TaxonomyDoc = {
    ...before,
    ...versionFields(checked),
    version: (newest?.version ?? before.version) + 1,
    updated_at: timestamp(),
  };
  if (!(await addTaxonomyVersion(context.db, doc))) {
    throw new ShoalError("store_unavailable", "Another version was added at the same time; try again.", {
      retry_after_seconds: 1,
    });
  }
  await infer(context, doc, checked.runIds);
  await announceTaxonomy(context, "taxonomy.updated", doc);
  return doc;
}

const versionFields = ({ config }: Checked) => ({
  config: { ...config } as Record<string, unknown>,
  retriever_id: config.retriever_id ?? null,
  input_mappings: config.input_mappings ?? null,
  ready: false,
  inference: { status: "PENDING" },
});

async function infer({ env, db }: Context, doc: TaxonomyDoc, runIds: string[]): Promise<void> {
  const { taxonomy_id: taxonomyId, version, namespace_id: namespaceId } = doc;
  const state: InferState = { taxonomyId, version, runIds, next: null };
  await enqueue(env, db, [{ id: `job_${taxonomyId}_${version}`, namespaceId, kind: "taxonomy_infer", state }]);
}

export const announceTaxonomy = (
  { env, db }: Context,
  type: "taxonomy.created" | "taxonomy.updated" | "taxonomy.deleted",
  { taxonomy_id, taxonomy_name, namespace_id, version }: TaxonomyDoc,
): Promise<void> =>
  announce(env, db, {
    type,
    namespaceId: namespace_id,
    subject: { type: "taxonomy", id: taxonomy_id },
    metadata: { taxonomy_id, taxonomy_name, version },
  });
