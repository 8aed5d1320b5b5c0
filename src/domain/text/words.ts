/**
 * Words of a text in any script: what the lexical feature counts and what keywords are made of. Pure.
 *
 * A word is a run of letters, marks and digits (Unicode's L, M, N), with apostrophes inside it. Text is folded first:
 * NFKC, lower case by the root locale, one apostrophe, no soft hyphens or joiners. Emoji are not words. Scripts that
 * write no spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) are cut into overlapping pairs of characters, a character being
 * a letter with its marks: the field's usual stand-in for a dictionary, which would have to be shipped for each language.
 */

/** Letters of a longer run are dropped: keys and base64 have no words in them. UTF-16 units. */
const MAX_WORD = 64;

const NOT_ASCII = /\P{ASCII}/u;
const ASCII_WORD = /[a-z0-9]+(?:'[a-z0-9]+)*/g;
const KEYCAP = /[0-9#*]\ufe0f?\u20e3/gu;
const PICTURE = /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]/gu;
/** Zero-width space: the one format character that parts words, in Thai and Khmer. */
const ZERO_WIDTH_SPACE = /\u200b/g;
const INVISIBLE = /[\p{Cf}\p{Variation_Selector}]/gu;
const APOSTROPHE = /[\u2018\u2019\u02bc\uff07]/g;
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:'[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu;
const NO_SPACES = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}`;
const HAS_NO_SPACES = new RegExp(`[${NO_SPACES}]`, "u");
/** A run of characters of such scripts, or of any others. */
const RUN = new RegExp(`(?:[${NO_SPACES}]\\p{M}*)+|(?:[^${NO_SPACES}]\\p{M}*)+`, "gu");
const CHARACTER = /\P{M}\p{M}*/gu;

/** Lower case, compatibility forms composed, nothing invisible, no emoji. */
function fold(text: string): string {
  return text
    .replace(KEYCAP, " ")
    .replace(PICTURE, " ")
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(ZERO_WIDTH_SPACE, " ")
    .replace(INVISIBLE, "")
    .replace(APOSTROPHE, "'");
}

/** Words of the text in its order, folded, with repetitions. A text without letters and digits has none. */
export function words(text: string): string[] {
  if (!NOT_ASCII.test(text)) return (text.toLowerCase().match(ASCII_WORD) ?? []).map(cut);
  const found: string[] = [];
  for (const word of fold(text).match(WORD) ?? []) {
    if (!HAS_NO_SPACES.test(word)) {
      found.push(cut(word));
      continue;
    }
    for (const run of word.replaceAll("'", "").match(RUN) ?? []) {
      if (HAS_NO_SPACES.test(run)) found.push(...pairs(run));
      else found.push(cut(run));
    }
  }
  return found;
}

/** Whether the word is a pair of characters of a script without spaces rather than a word between spaces. */
export const isCharacterPair = (word: string): boolean => HAS_NO_SPACES.test(word);

function pairs(run: string): string[] {
  const characters = run.match(CHARACTER) ?? [];
  if (characters.length < 2) return characters.map(cut);
  return characters.slice(1).map((character, i) => cut(characters[i]! + character));
}

/** Never between the halves of a surrogate pair. */
function cut(word: string): string {
  if (word.length <= MAX_WORD) return word;
  const half = /[\ud800-\udbff]/.test(word[MAX_WORD - 1]!);
  return word.slice(0, half ? MAX_WORD - 1 : MAX_WORD);
}
