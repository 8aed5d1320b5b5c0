/** Words as they stand in a text: folded by the tokeniser that all of Shoal uses, with their spelling and what lies between them. */
import { ENGLISH_STOP_WORDS } from "../domain/text/stop-words";
import { words as foldedWords, isCharacterPair } from "../domain/text/words";

/** Letters, marks and digits; an apostrophe or a hyphen within a word belongs to it. */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’\u2010-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu;

export interface Word {
  /** Folded: what is counted. */
  word: string;
  /** As it was written. */
  surface: string;
  /** Whether nothing but spaces lies between the word before and this one. */
  follows: boolean;
}

export function* words(text: string): Generator<Word> {
  let end = -1;
  for (const match of text.matchAll(WORD)) {
    const [surface] = match;
    let follows = end >= 0 && text.slice(end, match.index).trim() === "";
    end = match.index + surface.length;
    const folded = fold(surface);
    if (typeof folded === "string") {
      if (folded !== "") yield { word: folded, surface, follows };
      continue;
    }
    // A run without spaces comes in overlapping pairs of characters, which are no phrase.
    for (const word of folded) {
      yield { word, surface: word, follows };
      follows = false;
    }
  }
}

/** What words were folded to, since texts repeat their words: it saves most of the time. Forgotten as a whole when it is full. */
const known = new Map<string, string | string[]>();
const KNOWN = 20_000;

/** A word, or the pairs of characters of a script without spaces. */
function fold(surface: string): string | string[] {
  const before = known.get(surface);
  if (before !== undefined) return before;
  const folded = foldedWords(surface);
  const own = folded.some(isCharacterPair) ? folded : folded.join("-");
  if (known.size >= KNOWN) known.clear();
  known.set(surface, own);
  return own;
}

/** English words that hardly any other language has, and their least share: a quarter of running text, a few in a hundred of short names. */
const TELLING = new Set("and the of with for is are that this from which not you have by was it".split(" "));
const TELLING_SHARE = 0.03;

/** Words that are not counted: those of English where the texts read like English, none for any other language. */
export function stopWordsOf(texts: string[]): ReadonlySet<string> {
  let all = 0;
  let telling = 0;
  for (const text of texts)
    for (const { word } of words(text)) {
      all += 1;
      if (TELLING.has(word)) telling += 1;
    }
  return all > 0 && telling >= TELLING_SHARE * all ? ENGLISH_STOP_WORDS : new Set();
}
