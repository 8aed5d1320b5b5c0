/**
 * The words of the documents whose words are counted: numbers for words, one list of numbers for all documents. Bounded: above
 * `LIVE_WORDS` different words those met once so far are forgotten, so that only the rarest are counted too low.
 */
import { withoutLinks } from "./readable";
import { words } from "./words";

/** Words held at a time, and numbers kept of all documents: 12 MiB together. */
const LIVE_WORDS = 60_000;
const TOKENS = 2_000_000;
/** Most words counted of a document; fewer where there are so many documents that their numbers would not fit. */
const DOCUMENT_WORDS = 200;
/** Stands between words that do not follow each other. */
export const BREAK = -1;

export class Vocabulary {
  /** Lower case, by number; empty for a word that was forgotten. */
  readonly words: string[] = [];
  /** Occurrences of a word in all documents. */
  readonly totals: number[] = [];
  /** `starts[d]` up to `starts[d + 1]` in `tokens` are the words of document d. */
  readonly starts: number[] = [0];
  readonly tokens: Int32Array;
  readonly #numbers = new Map<string, number>();
  /** How a word was written where that was not lower case. */
  readonly #surfaces = new Map<number, Map<string, number>>();
  readonly #stopWords: ReadonlySet<string>;

  readonly #documentWords: number;

  /** `documents`: how many there will be; `stopWords`: lower case, they are not counted, and nothing follows across them. */
  constructor(documents: number, stopWords: ReadonlySet<string>) {
    this.#stopWords = stopWords;
    // Between two words, and after the last, there may be a break.
    this.#documentWords = Math.min(DOCUMENT_WORDS, Math.max(1, Math.floor(TOKENS / Math.max(1, documents) / 2)));
    this.tokens = new Int32Array(2 * this.#documentWords * documents);
  }

  get documents(): number {
    return this.starts.length - 1;
  }

  /** Counts the texts of one document. */
  add(texts: string[]): void {
    let at = this.starts.at(-1)!;
    let counted = 0;
    const push = (token: number) => {
      if (token !== BREAK || (at > this.starts.at(-1)! && this.tokens[at - 1] !== BREAK)) this.tokens[at++] = token;
    };
    for (const text of texts) {
      for (const { word, surface, follows } of words(withoutLinks(text))) {
        if (counted >= this.#documentWords) break;
        if (!follows) push(BREAK);
        const number = this.#number(word, surface);
        if (number === BREAK) {
          push(BREAK);
          continue;
        }
        push(number);
        counted += 1;
      }
      push(BREAK);
    }
    this.starts.push(at);
    if (this.#numbers.size > LIVE_WORDS) this.#forget();
  }

  /** The word as it was most often written; the lower in code unit order on ties. */
  surface(word: number): string {
    const lower = this.words[word]!;
    const surfaces = this.#surfaces.get(word);
    if (!surfaces) return lower;
    const others = [...surfaces.values()].reduce((sum, count) => sum + count, 0);
    const counted: [string, number][] = [...surfaces, [lower, this.totals[word]! - others]];
    return counted.reduce((best, one) =>
      one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best,
    )[0];
  }

  /** Of a word that is counted, or BREAK. */
  #number(word: string, surface: string): number {
    let number = this.#numbers.get(word);
    if (number === undefined) {
      if (this.#stopWords.has(word) || !isWord(word)) return BREAK;
      number = this.words.length;
      this.#numbers.set(word, number);
      this.words.push(word);
      this.totals.push(0);
    }
    this.totals[number]! += 1;
    if (surface !== word) {
      const surfaces = this.#surfaces.get(number) ?? new Map<string, number>();
      surfaces.set(surface, (surfaces.get(surface) ?? 0) + 1);
      this.#surfaces.set(number, surfaces);
    }
    return number;
  }

  #forget(): void {
    for (const [word, number] of this.#numbers) {
      if (this.totals[number]! > 1) continue;
      this.#numbers.delete(word);
      this.#surfaces.delete(number);
      this.words[number] = "";
    }
  }
}

/** Has a letter, is longer than one letter of an alphabet, and is no code of letters and digits. */
function isWord(word: string): boolean {
  if (!/\p{L}/u.test(word)) return false;
  if (/^[\x20-\u024f]$/u.test(word)) return false;
  return !(/\p{N}/u.test(word) && word.length >= 8);
}
