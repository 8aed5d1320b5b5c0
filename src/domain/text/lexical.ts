/**
 * The lexical feature: weighted counts of a text's words, pairs of words and character n-grams, hashed. Pure.
 *
 * No vocabulary is kept, so a document's vector depends on its text alone and any importer can make it. What a run does
 * to the counts (sublinear weight, inverse document frequency) comes from the collection's statistics at that time.
 * Hashing: Weinberger et al., "Feature hashing for large scale multitask learning" (2009), without signs, because
 * counts stay counts that way and document frequencies can be taken per index.
 *
 * A word counts eightfold. It comes with some fifteen n-grams, which would drown it: with 1 + ln(count) in the run it weighs three
 * times an n-gram, and words that only look alike ("hair", "chair") stay apart while forms of one word still meet.
 *
 * Three kinds of terms, each hashed from UTF-8 with its own seed, the low 18 bits being the index:
 * seed 1, the word; seed 2, two neighbouring words with a space between; seed 3, every 3, 4 and 5 code points of
 * " word " (n-grams that do not cross words). A word whose padded form is shorter than that gives none of that length, and
 * pairs of characters of scripts without spaces, being n-grams themselves, give none.
 */
import { murmur3 } from "./murmur";
import { isCharacterPair, words } from "./words";

export const LEXICAL_DIMENSIONS = 2 ** 18;
/** UTF-16 units of a text that are read: some 10,000 words. What follows adds little to what a text is about. */
export const MAX_TEXT = 65_536;

const MASK = LEXICAL_DIMENSIONS - 1;
/** What a word counts beside its n-grams. */
export const WORD_COUNT = 8;
const WORD_SEED = 1;
const PAIR_SEED = 2;
const NGRAM_SEED = 3;
const SHORTEST = 3;
const LONGEST = 5;

export interface SparseVector {
  /** Ascending, each once. */
  indices: Uint32Array;
  values: Float32Array;
}

/** Counts by index. A text without words gives an empty vector; one longer than `MAX_TEXT` is read up to there. */
export function lexicalVector(text: string): SparseVector & { truncated: boolean } {
  const truncated = text.length > MAX_TEXT;
  const counts = new Map<number, number>();
  const count = (hash: number, times = 1) => counts.set(hash & MASK, (counts.get(hash & MASK) ?? 0) + times);
  let before: string | null = null;
  for (const word of words(truncated ? text.slice(0, MAX_TEXT) : text)) {
    const padded = utf8.encode(` ${word} `);
    count(murmur3(padded, 1, padded.length - 1, WORD_SEED), WORD_COUNT);
    if (before !== null) {
      const pair = utf8.encode(`${before} ${word}`);
      count(murmur3(pair, 0, pair.length, PAIR_SEED));
    }
    if (!isCharacterPair(word)) ngrams(padded, count);
    before = word;
  }
  const indices = Uint32Array.from(counts.keys()).sort();
  return { indices, values: Float32Array.from(indices, (index) => counts.get(index)!), truncated };
}

const utf8 = new TextEncoder();

/** Substrings of 3 to 5 code points; `padded` has at least three. */
function ngrams(padded: Uint8Array, count: (hash: number) => void): void {
  const starts: number[] = [];
  for (let i = 0; i < padded.length; i++) if ((padded[i]! & 0xc0) !== 0x80) starts.push(i);
  const points = starts.length;
  starts.push(padded.length);
  for (let first = 0; first < points; first++) {
    for (let length = SHORTEST; length <= LONGEST && first + length <= points; length++) {
      count(murmur3(padded, starts[first]!, starts[first + length]!, NGRAM_SEED));
    }
  }
}
