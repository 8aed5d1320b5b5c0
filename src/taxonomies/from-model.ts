/** `llm`: a model reads a sample of the documents and answers a tree of labels; each document that it names is a member. */
import type { CollectionRow } from "../db/collections";
import { modelOf } from "../domain/definition/labeling";
import { LLM_PROVIDERS, type LlmProvider, providerNamed, sentModel } from "../domain/definition/llm-models";
import { ShoalError } from "../domain/errors";
import type { JobContext } from "../jobs/contract";
import { LlmError } from "../labeling/llm/contract";
import { asker } from "../providers/models";
import { type LlmEnv, providerSettings, whatIsMissing } from "../providers/settings";
import type { Hierarchical } from "./config";
import type { Draft, TaxonomyNode } from "./contract";
import { blank, bounded, firstDocuments, requireNamed, spaceOf } from "./from-documents";
import { type ModelNode, modelPrompt, readTree, textOf } from "./model-prompt";

/** Documents that a model is shown unless `llm_sample_size` says otherwise. */
const SAMPLE = 60;
/** A job's lease is two minutes. */
const ATTEMPT_MS = 60_000;

export async function draftFromModel(context: JobContext, namespaceId: string, config: Hierarchical): Promise<Draft> {
  const ids = config.inference_collections ?? [];
  const rows: CollectionRow[] = [];
  for (const id of ids) rows.push(await requireNamed(context, namespaceId, id));
  const each = Math.ceil((config.llm_sample_size || SAMPLE) / Math.max(1, rows.length));
  const shown: { collectionId: string; documentId: string; text: string }[] = [];
  for (const { id: collectionId } of rows)
    for (const { documentId, payload } of await firstDocuments(context, namespaceId, collectionId, each)) {
      const text = textOf(payload);
      if (text !== "") shown.push({ collectionId, documentId, text });
    }
  if (shown.length === 0) {
    throw new ShoalError("too_few_documents", `No document of ${ids.join(", ")} has a text to read.`);
  }
  const texts = shown.map(({ text }) => text);
  const tree = await askForTree(context.env, config, texts);
  const labels = new Map(tree.map((node) => [node.id, node]));
  const nodes = bounded(
    tree.map((node): TaxonomyNode => {
      const first = shown[node.documents[0] ?? 0]!;
      return {
        ...blank(`llm/${node.id}`, first.collectionId, node.label),
        parent_node_id: node.parent !== null && labels.has(node.parent) ? `llm/${node.parent}` : null,
        summary: node.summary,
        keywords: node.keywords,
        num_members: node.documents.length,
      };
    }),
  );
  const collections = new Map(nodes.map(({ node_id, collection_id }) => [node_id, collection_id]));
  for (const node of nodes) {
    node.parent_collection_id = node.parent_node_id === null ? null : (collections.get(node.parent_node_id) ?? null);
  }
  const samples = tree.flatMap(({ documents }, node) =>
    rows.flatMap(({ id: collectionId }) => {
      const own = documents.map((at) => shown[at]!).filter((one) => one.collectionId === collectionId);
      return own.length === 0 ? [] : { node, collectionId, documentIds: own.map(({ documentId }) => documentId) };
    }),
  );
  const notes = [`a model sorted ${shown.length} documents; the others are classified by the means of those`];
  return { nodes, space: spaceOf(rows[0]!), samples, centroids: new Map(), notes };
}

/** @throws ShoalError for what trying again does not help: no such provider, none configured, a refusal */
export async function askForTree(env: LlmEnv, config: ModelConfig, texts: string[]): Promise<ModelNode[]> {
  const { llm_provider, llm_model, llm_prompt_template } = config;
  const named = llm_provider ? providerNamed(llm_provider) : null;
  if (named && !(LLM_PROVIDERS as readonly string[]).includes(named)) {
    throw new ShoalError(
      "validation_failed",
      `"${llm_provider}" is no provider; there are ${LLM_PROVIDERS.join(", ")}.`,
    );
  }
  const { provider, model } = modelOf({ provider: named as LlmProvider | null, model_name: llm_model ?? null });
  const reached = providerSettings(env, provider);
  if (!reached) throw new ShoalError("validation_failed", `${whatIsMissing(provider)}: no taxonomy can be inferred.`);
  const noFiles = async () => {
    throw new TypeError("the prompt has no files");
  };
  const services = { fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init) };
  const ask = asker(
    reached,
    sentModel(model),
    { providerOptions: {} },
    { ...services, address: noFiles, download: noFiles },
  );
  const prompt = modelPrompt(texts, llm_prompt_template ?? null);
  const reply = await ask(prompt, AbortSignal.timeout(ATTEMPT_MS)).catch(refusal);
  return readTree(reply.text, texts.length);
}

type ModelConfig = Pick<Hierarchical, "llm_provider" | "llm_model" | "llm_prompt_template">;

/** What trying again may help is thrown on; the rest ends the job with its reason. */
function refusal(error: unknown): never {
  const again = !(error instanceof LlmError) || error.kind === "rate_limited" || error.kind === "unavailable";
  if (again) throw error;
  throw new ShoalError("validation_failed", `The model refused: ${error.message}`);
}
