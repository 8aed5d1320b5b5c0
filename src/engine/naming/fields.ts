/** Which fields of the payload words are taken from: those that the labelling names, or what reads like text in a few documents. */

import type { PayloadText } from "../../documents/contract";
import type { Warning } from "../../domain/definition/model";
import { mappedPaths } from "../../labeling/mappings";
import { readablePaths } from "../../labeling/readable";
import { stopWordsOf } from "../../labeling/words";
import type { TaskContext } from "../context";
import type { ClusterSource } from "./source";

/** Places that are looked at, and documents at each: neighbours cost one read. */
const PLACES = 8;
const DOCUMENTS = 32;
/** Fields that are read, and characters of a text. */
const MAX_FIELDS = 32;
export const TEXT_CHARACTERS = 1_000;

export interface Fields {
  fields: string[];
  stopWords: ReadonlySet<string>;
  warnings: Warning[];
}

export async function chooseFields(context: TaskContext, source: ClusterSource): Promise<Fields> {
  const { spec } = context;
  const mapped = mappedPaths(spec.labeling);
  const places = Array.from({ length: PLACES }, (_, i) => (i + 0.5) / PLACES);
  const documents: PayloadText[][] = [];
  for (const { collectionId, documentIds } of await source.peek(places, DOCUMENTS))
    documents.push(...(await textsOf(context, collectionId, documentIds, mapped)));
  const seen = documents.flat();
  const fields = (mapped ?? readablePaths(documents, enrichedPaths(context))).slice(0, MAX_FIELDS);
  const read = new Set(fields);
  const stopWords = stopWordsOf(seen.filter(({ path }) => read.has(path)).map(({ text }) => text));
  const empty = mapped?.filter((path) => !seen.some((one) => one.path === path)) ?? [];
  const warnings = empty.map((path) => ({
    loc: ["llm_labeling", "labeling_inputs", "input_mappings"],
    msg: `none of ${documents.length} documents that were looked at has a text at "${path}"`,
  }));
  return { fields: empty.length === fields.length ? [] : fields, stopWords, warnings };
}

/** Texts of the documents, in their order. */
export async function textsOf(
  { collection }: Pick<TaskContext, "collection">,
  collectionId: string,
  documentIds: string[],
  paths: string[] | null,
): Promise<PayloadText[][]> {
  const found: PayloadText[][] = [];
  while (found.length < documentIds.length) {
    const rest = documentIds.slice(found.length);
    found.push(...(await collection(collectionId).texts({ documentIds: rest, paths, maxLength: TEXT_CHARACTERS })));
  }
  return found;
}

/** What the cluster writes back into its own documents. */
function enrichedPaths({ spec }: TaskContext): Set<string> {
  const config = spec.definition.source_enrichment_config as { field_mappings?: { target_field?: string }[] } | null;
  return new Set((config?.field_mappings ?? []).flatMap(({ target_field }) => target_field ?? []));
}
