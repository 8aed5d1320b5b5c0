/** Labels that are too much alike. The larger cluster keeps its label; a human's label is kept before all. */

/** A vector a text, of the same length; not necessarily of unit length. */
export type Embed = (texts: string[]) => Promise<Float32Array[]>;

export interface Named {
  id: string;
  label: string;
}

export interface Clash {
  id: string;
  /** Labels that it is too much like, as they are. */
  with: string[];
}

const folded = (label: string): string =>
  label
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/gu, " ")
    .trim();

/** Whether two labels are the same to a reader: case, punctuation and width aside. */
export const sameLabel = (a: string, b: string): boolean => folded(a) === folded(b);

/**
 * @param taken labels that stand whatever follows
 * @param names by size, the largest first
 * @param similarity cosine above which labels clash; null for equal ones only
 */
export async function clashes(
  taken: string[],
  names: Named[],
  similarity: number | null,
  embed: Embed,
): Promise<Clash[]> {
  const texts = [...taken, ...names.map(({ label }) => label)];
  const alike = similarity === null || texts.length < 2 ? null : await cosines(texts, embed);
  const found: Clash[] = [];
  const kept = taken.map((_, index) => index);
  for (const [at, { id, label }] of names.entries()) {
    const own = taken.length + at;
    const like = kept.filter((other) => sameLabel(texts[other]!, label) || (alike && alike(other, own) > similarity!));
    if (like.length === 0) kept.push(own);
    else found.push({ id, with: like.map((other) => texts[other]!) });
  }
  return found;
}

async function cosines(texts: string[], embed: Embed): Promise<(a: number, b: number) => number> {
  const vectors = await embed(texts);
  const norms = vectors.map((vector) => Math.sqrt(dot(vector, vector)));
  return (a, b) => (norms[a]! > 0 && norms[b]! > 0 ? dot(vectors[a]!, vectors[b]!) / (norms[a]! * norms[b]!) : 0);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The label with the first word in brackets that makes it unlike every taken one; a number where no word does. */
export function distinguished(label: string, words: string[], isTaken: (label: string) => boolean): string {
  const lower = folded(label);
  for (const word of words) {
    const candidate = `${label} (${word})`;
    if (!lower.includes(folded(word)) && !isTaken(candidate)) return candidate;
  }
  for (let number = 2; ; number++) if (!isTaken(`${label} (${number})`)) return `${label} (${number})`;
}
