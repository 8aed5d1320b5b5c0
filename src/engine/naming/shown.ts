/** What a language model is shown of every cluster, read once a run: its documents as they are now. */
import type { StoredDocument } from "../../documents/contract";
import type { Warning } from "../../domain/definition/model";
import type { NamingSettings, SampleDocument, Sample as ShownSample } from "../../labeling/llm/contract";
import { InputNotes, sampleOf } from "../../labeling/llm/inputs";
import type { ShownCluster } from "../../labeling/llm/prompt";
import { isUnreadable, withoutLinks } from "../../labeling/readable";
import type { FrozenReader, TaskContext } from "../context";
import { clusterSamples, readNames, type Sample } from "./names";
import { reusedSource } from "./reused";
import { clusteredSource } from "./source";

export interface Shown {
  /** Those that the others hang below first, then the larger. */
  clusters: ShownCluster[];
  warnings: Warning[];
}

/** Documents of one call to a collection. */
const DOCUMENTS_A_CALL = 500;
/** Documents with their vectors are read one by one. */
const VECTORS_AT_ONCE = 32;
/** Characters read of a text: more than a sample shows, so that what is unreadable can be told. */
const TEXT_CHARACTERS = 1_000;

export async function shownClusters(context: TaskContext, settings: NamingSettings): Promise<Shown> {
  const { results, scratch, language } = context;
  const samples = (await clusterSamples(context)) ?? {};
  const names = await readNames(scratch, results.keywords!.names);
  const { reuse } = context.spec;
  const { clusters } = reuse ? await reusedSource(context, reuse) : await clusteredSource(context);
  const notes = new InputNotes();
  const files = new FileNotes();
  const documents = await readDocuments(context, settings, Object.values(samples).flat());
  const shown = (sample: Sample): ShownSample[] => {
    const document = documents.get(keyOf(sample));
    // A document that is gone since the rows were frozen shows nothing.
    if (!document) return [];
    const { text, media } = sampleOf(document, settings.mappings, settings.textLength, notes);
    const usable = media.filter((one) => files.takes(language.fileProblem(one, settings)));
    return text === "" && usable.length === 0 ? [] : [{ text, media: usable }];
  };
  const order = clusters
    .map((cluster) => ({ ...cluster, depth: cluster.id.split("_sub_").length }))
    .sort((a, b) => a.depth - b.depth || b.members - a.members);
  return {
    clusters: order.map(({ id, members }) => ({
      id,
      size: members,
      keywords: names[id]?.keywords ?? [],
      samples: (samples[id] ?? []).flatMap(shown),
      avoid: [],
    })),
    warnings: warningsOf(settings, results.keywords!.fields, notes, files),
  };
}

const keyOf = ({ collectionId, documentId }: Sample): string => `${collectionId} ${documentId}`;

async function readDocuments(
  context: TaskContext,
  { mappings }: NamingSettings,
  samples: Sample[],
): Promise<Map<string, SampleDocument>> {
  const found = new Map<string, SampleDocument>();
  for (const [collectionId, own] of Map.groupBy(samples, (one) => one.collectionId)) {
    const reader = context.collection(collectionId);
    const ids = [...new Set(own.map(({ documentId }) => documentId))];
    for (let from = 0; from < ids.length; ) {
      const asked = ids.slice(from, from + DOCUMENTS_A_CALL);
      const documents = await readSome(reader, asked, mappings, context.results.keywords!.fields);
      documents.forEach((document, i) => {
        if (document) found.set(keyOf({ collectionId, documentId: asked[i]! }), document);
      });
      // An answer may end early where it would be too long.
      from += Math.max(1, documents.length);
      context.pulse.beat({ done: 0, total: 1 });
    }
  }
  return found;
}

/** At most the mapped payloads, or the texts of the fields that words were taken from; the first so many of the ids. */
async function readSome(
  reader: FrozenReader,
  documentIds: string[],
  mappings: NamingSettings["mappings"],
  fields: string[],
): Promise<(SampleDocument | null)[]> {
  if (!mappings) {
    const found = await reader.texts({ documentIds, paths: fields, maxLength: TEXT_CHARACTERS });
    return found.map((texts) => ({
      payload: {},
      texts: texts
        .map(({ text }) => text)
        .filter(isReadable)
        .map(bare),
    }));
  }
  if (mappings.some(({ source_type }) => source_type === "vector"))
    return Promise.all(
      documentIds.slice(0, VECTORS_AT_ONCE).map(async (id) => withVectors(await reader.get(id, true))),
    );
  return (await reader.payloads(documentIds)).map(ofPayload);
}

/** A sparse vector is shown by its values. */
function withVectors(document: StoredDocument | null): SampleDocument | null {
  if (!document) return null;
  const entries = Object.entries(document.vectors ?? {});
  const vectors = entries.map(([name, vector]) => [name, Array.isArray(vector) ? vector : vector.values] as const);
  return { payload: document.payload, vectors: Object.fromEntries(vectors) };
}

const ofPayload = (payload: string | null): SampleDocument | null =>
  payload === null ? null : { payload: JSON.parse(payload) as Record<string, unknown> };
const isReadable = (text: string): boolean => !isUnreadable(text);
const bare = (text: string): string => withoutLinks(text).trim();

/** Files that no model is shown, by the reason. */
class FileNotes {
  readonly reasons = new Map<string, number>();

  takes(problem: string | null): boolean {
    if (problem !== null) this.reasons.set(problem, (this.reasons.get(problem) ?? 0) + 1);
    return problem === null;
  }
}

function warningsOf({ mappings }: NamingSettings, fields: string[], notes: InputNotes, files: FileNotes): Warning[] {
  const loc = ["llm_labeling", "labeling_inputs"];
  const told: Warning[] = [];
  if (!mappings)
    told.push({
      loc,
      msg:
        fields.length === 0
          ? "no input_mappings are given and the documents have no readable text: the model was shown nothing"
          : `no input_mappings are given: the model was shown the readable values of ${fields.join(", ")}`,
    });
  if (mappings?.some(({ source_type }) => source_type === "vector"))
    told.push({ loc, msg: "a language model cannot read a vector: it was shown the first numbers of each" });
  for (const [mapping, documents] of notes.missing)
    told.push({ loc, msg: `${documents} of ${notes.documents} sampled documents have nothing at ${mapping}` });
  for (const [problem, count] of files.reasons)
    told.push({ loc, msg: `${count} files were not shown to the model: ${problem}` });
  return told;
}
