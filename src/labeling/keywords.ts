/**
 * Class-based TF-IDF (Grootendorst 2022, BERTopic): a term's weight in a class is tf · log(1 + A / f), where tf is how often it occurs
 * in the class, f how often in all classes, and A the mean number of words of a class. The classes of a node are it and its siblings, so
 * that sub-clusters are told apart from each other.
 */
import { BREAK, type Vocabulary } from "./vocabulary";

/** A cluster as keywords are found for it. */
export interface ClassNode {
  id: string;
  parentId: string | null;
  /** Clusters of different features hold the same documents. */
  feature: string | null;
}

export const MAX_KEYWORDS = 10;
/** Single words looked at of a class. */
const CANDIDATES = 40;
/** A keyword weighs at least this share of the first one, and has this many times the share of the words that it has beside the cluster. */
const LEAST_SHARE = 0.08;
const LEAST_LIFT = 1.5;
/** Documents of a class from which on a term has to occur in two of them. */
const SOME_DOCUMENTS = 8;
/** A pair of words stands for itself when half of its rarer word's occurrences are in it, and these are at least so many. */
const PAIR_SHARE = 0.5;
const PAIR_COUNT = 3;

interface Term {
  words: number[];
  weight: number;
  /** Occurrences in the class. */
  count: number;
}

/** Keywords of every node, the heaviest first; ties by code unit order. `classes[d]` is the node of document d (an index of `nodes`). */
export function classKeywords(vocabulary: Vocabulary, nodes: ClassNode[], classes: Int32Array): Map<string, string[]> {
  const members = documentsOf(nodes, classes);
  const keywords = new Map<string, string[]>();
  const families = Map.groupBy(nodes.keys(), (node) => nodes[node]!.parentId ?? `feature ${nodes[node]!.feature}`);
  for (const family of families.values()) {
    const counts = new Counts(vocabulary);
    const found = family.map((node) => counts.of(members[node]!));
    const mean = found.reduce((sum, one) => sum + one.words, 0) / family.length;
    const inAll = new Map<number, number>();
    for (const { terms } of found) for (const { word, count } of terms) inAll.set(word, (inAll.get(word) ?? 0) + count);
    const weigh = (count: number, all: number) => count * Math.log(1 + mean / all);
    const words = found.reduce((sum, one) => sum + one.words, 0);
    const singles = found.map(({ terms, documents }) => {
      const least = documents >= SOME_DOCUMENTS ? 2 : 1;
      return terms
        .filter((term) => term.documents >= least)
        .map(({ word, count }) => ({ word, count, weight: weigh(count, inAll.get(word)!) }))
        .sort((a, b) => b.weight - a.weight || order(vocabulary.words[a.word]!, vocabulary.words[b.word]!))
        .slice(0, CANDIDATES);
    });
    const pairs = countPairs(
      vocabulary,
      family.map((node) => members[node]!),
      singles.map((own) => new Map(own.map(({ word, count }) => [word, count]))),
    );
    family.forEach((node, i) => {
      const terms = withPairs(singles[i]!, pairs.of[i]!, (pair, count) => weigh(count, pairs.all.get(pair)!));
      const occurrences = ({ words: [left, right] }: Term) =>
        right === undefined ? inAll.get(left!)! : pairs.all.get(left! * PAIRED + right)!;
      const telling = terms.filter((term) =>
        isTelling(term.count, occurrences(term) - term.count, found[i]!.words, words - found[i]!.words),
      );
      // Clusters whose words are all the same are better described than not named at all.
      keywords.set(nodes[node]!.id, render(vocabulary, telling.length > 0 ? telling : terms));
    });
  }
  return keywords;
}

/** What is as frequent in the siblings sets nothing apart, however often it occurs; without siblings everything tells. */
const isTelling = (count: number, beside: number, words: number, wordsBeside: number): boolean =>
  wordsBeside === 0 || count * wordsBeside > LEAST_LIFT * beside * words;

/** Documents of every node: its own and those of the nodes below it. */
function documentsOf(nodes: ClassNode[], classes: Int32Array): number[][] {
  const index = new Map(nodes.map(({ id }, i) => [id, i]));
  const members: number[][] = nodes.map(() => []);
  classes.forEach((own, document) => {
    for (let node: number | undefined = own; node !== undefined && node >= 0; ) {
      members[node]!.push(document);
      const { parentId }: ClassNode = nodes[node]!;
      node = parentId === null ? undefined : index.get(parentId);
    }
  });
  return members;
}

interface Counted {
  words: number;
  documents: number;
  terms: { word: number; count: number; documents: number }[];
}

/** Counts words of some documents in arrays over the whole vocabulary, used again for every class. */
class Counts {
  readonly #vocabulary: Vocabulary;
  readonly #counts: Int32Array;
  readonly #documents: Int32Array;
  readonly #last: Int32Array;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    const size = vocabulary.words.length;
    this.#counts = new Int32Array(size);
    this.#documents = new Int32Array(size);
    this.#last = new Int32Array(size).fill(-1);
  }

  of(documents: number[]): Counted {
    const { tokens, starts, words: texts } = this.#vocabulary;
    const met: number[] = [];
    let words = 0;
    for (const document of documents) {
      for (let at = starts[document]!; at < starts[document + 1]!; at++) {
        const word = tokens[at]!;
        if (word === BREAK || texts[word] === "") continue;
        words += 1;
        if (this.#counts[word]!++ === 0) met.push(word);
        if (this.#last[word] !== document || this.#documents[word] === 0) this.#documents[word]! += 1;
        this.#last[word] = document;
      }
    }
    const terms = met.map((word) => ({ word, count: this.#counts[word]!, documents: this.#documents[word]! }));
    for (const word of met) {
      this.#counts[word] = 0;
      this.#documents[word] = 0;
    }
    return { words, documents: documents.length, terms };
  }
}

/** A pair as one exact number. */
const PAIRED = 2 ** 26;

/** Pairs of neighbouring words: of every class those whose words are both candidates, and how often each occurs in all classes. */
function countPairs(vocabulary: Vocabulary, classes: number[][], candidates: Map<number, number>[]) {
  const { tokens, starts } = vocabulary;
  const each = (documents: number[], visit: (pair: number, left: number, right: number) => void) => {
    for (const document of documents)
      for (let at = starts[document]! + 1; at < starts[document + 1]!; at++) {
        const [left, right] = [tokens[at - 1]!, tokens[at]!];
        if (left !== BREAK && right !== BREAK && left !== right) visit(left * PAIRED + right, left, right);
      }
  };
  const of = classes.map((documents, i) => {
    const counts = new Map<number, number>();
    each(documents, (pair, left, right) => {
      if (candidates[i]!.has(left) && candidates[i]!.has(right)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
    });
    for (const [pair, count] of counts) {
      const rarer = Math.min(candidates[i]!.get(Math.floor(pair / PAIRED))!, candidates[i]!.get(pair % PAIRED)!);
      if (count < PAIR_COUNT || count < PAIR_SHARE * rarer) counts.delete(pair);
    }
    return counts;
  });
  const all = new Map<number, number>(of.flatMap((counts) => [...counts.keys()].map((pair) => [pair, 0])));
  if (all.size > 0)
    for (const documents of classes)
      each(documents, (pair) => {
        const known = all.get(pair);
        if (known !== undefined) all.set(pair, known + 1);
      });
  return { of, all };
}

/**
 * A pair takes the place of its words: of each that occurs in it more than half of the time. It weighs what it weighs itself or what the
 * heaviest word weighs whose place it takes.
 */
function withPairs(
  singles: { word: number; count: number; weight: number }[],
  pairs: Map<number, number>,
  weigh: (pair: number, count: number) => number,
): Term[] {
  const left = new Map(singles.map((one) => [one.word, one]));
  const terms: Term[] = [];
  const ranked = [...pairs].map(([pair, count]) => ({ pair, count, weight: weigh(pair, count) }));
  ranked.sort((a, b) => b.weight - a.weight || a.pair - b.pair);
  for (const { pair, count, weight } of ranked) {
    const words = [Math.floor(pair / PAIRED), pair % PAIRED];
    const replaced = words.flatMap((word) => left.get(word) ?? []).filter((one) => count > PAIR_SHARE * one.count);
    // Its words went with a heavier pair: a name of three words is told by its first two.
    if (replaced.length === 0) continue;
    for (const { word } of replaced) left.delete(word);
    terms.push({ words, weight: Math.max(weight, ...replaced.map((one) => one.weight)), count });
  }
  for (const { word, weight, count } of left.values()) terms.push({ words: [word], weight, count });
  return terms;
}

function render(vocabulary: Vocabulary, terms: Term[]): string[] {
  const texts = terms.map(({ words, weight }) => ({
    text: words.map((word) => vocabulary.surface(word)).join(" "),
    weight,
  }));
  texts.sort((a, b) => b.weight - a.weight || order(a.text, b.text));
  const least = LEAST_SHARE * (texts[0]?.weight ?? 0);
  const kept: string[] = [];
  for (const { text, weight } of texts) {
    if (kept.length === MAX_KEYWORDS || weight < least) break;
    if (!kept.some((other) => isSameWord(other, text))) kept.push(text);
  }
  return kept;
}

/** The same word in the plural. */
function isSameWord(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a.toLowerCase(), b.toLowerCase()] : [b.toLowerCase(), a.toLowerCase()];
  return long === short || long === `${short}s` || long === `${short}es`;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
