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
  const kept =
    similarity === null || texts.length < 2 ? null : new KeptVectors(await compactVectors(texts, embed), similarity);
  const found: Clash[] = [];
  const stand = new Map<string, number[]>();
  const keep = (index: number) => {
    const own = folded(texts[index]!);
    stand.set(own, [...(stand.get(own) ?? []), index]);
    kept?.keep(index);
  };
  for (const index of taken.keys()) keep(index);
  for (const [at, { id, label }] of names.entries()) {
    const own = taken.length + at;
    const like = new Set([...(stand.get(folded(label)) ?? []), ...((await kept?.alike(own)) ?? [])]);
    if (like.size === 0) keep(own);
    else found.push({ id, with: [...like].sort((a, b) => a - b).map((other) => texts[other]!) });
  }
  return found;
}

/** Multiply-adds between two turns of the event loop: who waits for a sign of life must not wait long. */
const TURN_OPERATIONS = 20e6;

/** A vector of unit length: its coordinates that are not zero, or all of them where most are not. */
interface Compact {
  indices: Uint32Array | null;
  values: Float32Array;
}

/** Texts of one call: lexical vectors have thousands of coordinates, and an isolate has little room for many of them whole. */
const TEXTS_A_CALL = 256;

async function compactVectors(texts: string[], embed: Embed): Promise<Compact[]> {
  const found: Compact[] = [];
  for (let from = 0; from < texts.length; from += TEXTS_A_CALL)
    found.push(...(await embed(texts.slice(from, from + TEXTS_A_CALL))).map(compact));
  return found;
}

function compact(vector: Float32Array): Compact {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  const indices: number[] = [];
  for (let i = 0; i < vector.length; i++) if (vector[i] !== 0) indices.push(i);
  if (8 * indices.length > vector.length) return { indices: null, values: vector.map((value) => value / norm) };
  return { indices: Uint32Array.from(indices), values: Float32Array.from(indices, (index) => vector[index]! / norm) };
}

/** Cosines with the labels that stand. */
class KeptVectors {
  readonly #vectors: Compact[];
  readonly #similarity: number;
  readonly #kept: number[] = [];
  /** Of the sparse ones: labels and values by coordinate. */
  readonly #postings = new Map<number, { labels: number[]; values: number[] }>();
  #operations = 0;

  constructor(vectors: Compact[], similarity: number) {
    this.#vectors = vectors;
    this.#similarity = similarity;
  }

  keep(label: number): void {
    this.#kept.push(label);
    const { indices, values } = this.#vectors[label]!;
    indices?.forEach((index, i) => {
      const known = this.#postings.get(index);
      if (known) {
        known.labels.push(label);
        known.values.push(values[i]!);
      } else this.#postings.set(index, { labels: [label], values: [values[i]!] });
    });
  }

  async alike(label: number): Promise<number[]> {
    const own = this.#vectors[label]!;
    const cosines = new Float64Array(this.#vectors.length);
    if (own.indices) this.#addSparse(own.indices, own.values, cosines);
    else this.#addDense(own.values, cosines);
    if (this.#operations > TURN_OPERATIONS) {
      this.#operations = 0;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return this.#kept.filter((other) => cosines[other]! > this.#similarity);
  }

  #addSparse(indices: Uint32Array, own: Float32Array, cosines: Float64Array): void {
    for (let i = 0; i < indices.length; i++) {
      const { labels = [], values = [] } = this.#postings.get(indices[i]!) ?? {};
      this.#operations += labels.length;
      for (let j = 0; j < labels.length; j++) cosines[labels[j]!]! += own[i]! * values[j]!;
    }
  }

  #addDense(own: Float32Array, cosines: Float64Array): void {
    this.#operations += this.#kept.length * own.length;
    for (const other of this.#kept) {
      const { indices, values } = this.#vectors[other]!;
      // A model's vectors have no zeros, words' have little else: the two do not meet.
      if (!indices) for (let i = 0; i < own.length; i++) cosines[other]! += own[i]! * values[i]!;
    }
  }
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
