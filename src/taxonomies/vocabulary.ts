/** The columns of sparse features that a taxonomy compares: what a sample of its documents has in common, weighted as a run weights words. */
import { findCollection } from "../db/collections";
import { collectionStore } from "../documents/client";
import { smoothIdf, sublinear } from "../engine/sparse/weighting";
import { documentsOf } from "../enrichment/copy";
import type { JobContext } from "../jobs/contract";
import type { Draft, SpaceFeature, Vocabulary } from "./contract";
import { featureName } from "./space";

/** Documents that words are counted in. */
const LOOKED_AT = 2000;
/** Columns at most, and fewer where there are many nodes: each has a number for each column. */
const MOST_COLUMNS = 8192;
const MOST_NUMBERS = 4_000_000;
/** As runs choose: below so many documents every word counts. */
const FEW_DOCUMENTS = 50;
const MOST_SHARE = 0.9;

export const blankVocabulary = (): Vocabulary => ({ columns: [], idf: null, paths: null });

/** The draft with the vocabularies of its sparse features; as it is where all are dense. */
export async function withVocabulary(
  context: Pick<JobContext, "env" | "db">,
  namespaceId: string,
  draft: Draft,
): Promise<Draft> {
  const { space, samples, nodes } = draft;
  if (!space?.features.some(({ sparse }) => sparse)) return draft;
  const most = Math.min(MOST_COLUMNS, Math.floor(MOST_NUMBERS / Math.max(1, nodes.length)));
  const terms = new Map(space.features.map(({ uri }) => [uri, new Terms()]));
  for await (const vectors of sampled(context, namespaceId, samples))
    for (const [uri, own] of terms) own.add(vectors[featureName(uri)]);
  const collection = samples[0] && (await findCollection(context.db, namespaceId, samples[0].collectionId));
  const features = space.features.map((feature): SpaceFeature => {
    if (!feature.sparse) return feature;
    const own = collection?.features.find(({ uri }) => uri === feature.uri);
    // Hashed words of a text are counts; values of a user's own are weights already.
    const counted = own?.text ? own.text.paths : null;
    const vocabulary = terms.get(feature.uri)!.vocabulary(counted !== null, most);
    return { ...feature, dimensions: vocabulary.columns.length, sparse: { ...vocabulary, paths: counted } };
  });
  return { ...draft, space: { ...space, features } };
}

/** Vectors of documents of every node, as many of each. */
async function* sampled(
  { env }: Pick<JobContext, "env">,
  namespaceId: string,
  samples: Draft["samples"],
): AsyncGenerator<Record<string, unknown>> {
  const quota = Math.ceil(LOOKED_AT / Math.max(1, samples.length));
  const byCollection = new Map<string, string[]>();
  for (const { collectionId, documentIds } of samples)
    byCollection.set(collectionId, [...(byCollection.get(collectionId) ?? []), ...documentIds.slice(0, quota)]);
  for (const [collectionId, ids] of byCollection)
    for await (const page of documentsOf(collectionStore(env, namespaceId, collectionId), ids, true))
      for (const { vectors } of page) yield vectors ?? {};
}

/** In how many rows each index is, and what it weighs in them. Pure. */
export class Terms {
  readonly #found = new Map<number, { rows: number; values: number; logs: number }>();
  #rows = 0;

  add(row: unknown): void {
    const { indices, values } = (row ?? {}) as { indices?: number[]; values?: number[] };
    if (!indices || !values) return;
    this.#rows += 1;
    indices.forEach((index, i) => {
      const entry = this.#found.get(index) ?? { rows: 0, values: 0, logs: 0 };
      this.#found.set(index, entry);
      entry.rows += 1;
      entry.values += Math.abs(values[i]!);
      entry.logs += sublinear(values[i]!);
    });
  }

  /** The `most` indices whose weights add up to most; of counted words, those in at least two rows and at most nine of ten. */
  vocabulary(counted: boolean, most: number): Vocabulary {
    const rows = this.#rows;
    const strict = counted && rows >= FEW_DOCUMENTS;
    const kept = [...this.#found]
      .filter(([, entry]) => !strict || (entry.rows >= 2 && entry.rows <= MOST_SHARE * rows))
      .map(([index, entry]) => {
        const idf = counted ? smoothIdf(rows, entry.rows) : 1;
        return { index, idf, mass: counted ? entry.logs * idf : entry.values };
      })
      .sort((a, b) => b.mass - a.mass || a.index - b.index)
      .slice(0, most)
      .sort((a, b) => a.index - b.index);
    return { columns: kept.map(({ index }) => index), idf: counted ? kept.map(({ idf }) => idf) : null, paths: null };
  }
}
