/** Keywords of the clusters from the texts of sampled documents. */
import { classKeywords } from "../../labeling/keywords";
import { Vocabulary } from "../../labeling/vocabulary";
import type { TaskContext } from "../context";
import { textsOf } from "./fields";
import type { Gleaner } from "./gleaner";
import type { NamedCluster } from "./source";

/** Documents of one request for texts. */
const DOCUMENTS = 1_024;

export async function keywordsOf(
  context: TaskContext,
  clusters: NamedCluster[],
  gleaner: Gleaner,
  fields: string[],
  stopWords: ReadonlySet<string>,
): Promise<{ found: Map<string, string[]>; sampledRows: number }> {
  if (fields.length === 0) return { found: new Map(), sampledRows: 0 };
  const { pulse } = context;
  const sampled = gleaner.sampled();
  const index = new Map(clusters.map(({ id }, i) => [id, i]));
  const vocabulary = new Vocabulary(sampled.length, stopWords);
  const classes: number[] = [];
  for (const part of parts(sampled)) {
    const texts = await textsOf(
      context,
      part[0]!.collectionId,
      part.map((one) => one.documentId),
      fields,
    );
    pulse.compute(() => {
      part.forEach(({ clusterId }, i) => {
        vocabulary.add(texts[i]!.map(({ text }) => text));
        classes.push(index.get(clusterId)!);
      });
    });
    pulse.beat({ done: classes.length, total: sampled.length });
  }
  const found = pulse.compute(() => classKeywords(vocabulary, clusters, Int32Array.from(classes)));
  return { found, sampledRows: classes.length };
}

/** Neighbouring documents of one collection. */
function* parts<T extends { collectionId: string }>(documents: T[]): Generator<T[]> {
  for (let from = 0; from < documents.length; ) {
    const { collectionId } = documents[from]!;
    let to = from + 1;
    while (to < documents.length && to - from < DOCUMENTS && documents[to]!.collectionId === collectionId) to += 1;
    yield documents.slice(from, to);
    from = to;
  }
}
