/** Makes the vectors of features that come from the documents' text, where a row does not bring its own. */
import type { Warning } from "../../domain/definition/model";
import { type EmbeddingSettings, isBlank, textOf } from "../../domain/text/feature";
import { lexicalVector, MAX_TEXT } from "../../domain/text/lexical";
import type { CollectionFeature } from "../contract";
import type { DecodedBatch, DecodedRow } from "./decoded";

/** Gives the vectors of texts, all of them or an error. */
export interface Embedder {
  embed(texts: string[]): Promise<Float32Array[]>;
}

export type EmbedderOf = (settings: EmbeddingSettings) => Embedder;

/** Texts that are collected before the model is asked: some calls' worth. */
const LOT = 384;
/** UTF-16 units of a text that a model is sent; most models read no more than the first 512 to 8,192 tokens. */
export const MAX_EMBEDDED_TEXT = 8192;

/** What of the texts was not used, for the answer. */
export class TextNotes {
  readonly #seen = new Map<string, { count: number; line: number; rest: string }>();

  add(what: string, line: number, rest: string): void {
    const note = this.#seen.get(what);
    if (note) note.count += 1;
    else this.#seen.set(what, { count: 1, line, rest });
  }

  get warnings(): Warning[] {
    return [...this.#seen].map(([what, { count, line, rest }]) => {
      const who = count === 1 ? `line ${line}` : `${count} documents (the first on line ${line})`;
      return { loc: ["body"], msg: `${who}: ${what}; ${rest}` };
    });
  }
}

/** The batches with these vectors filled in. A row without text stays without them. */
export async function* withTextVectors(
  batches: AsyncIterable<DecodedBatch> | Iterable<DecodedBatch>,
  features: CollectionFeature[],
  embedderOf: EmbedderOf,
  notes: TextNotes,
): AsyncGenerator<DecodedBatch> {
  const models = features.flatMap(({ text }, i) =>
    text?.embedding ? [{ i, texts: text, embedder: embedderOf(text.embedding) }] : [],
  );
  let waiting: DecodedBatch[] = [];
  let rows = 0;
  const embed = async () => {
    const all = waiting.flatMap((batch) => batch.rows);
    for (const { i, texts, embedder } of models) await embedRows(all, i, texts.paths, embedder, notes);
    const done = waiting;
    waiting = [];
    rows = 0;
    return done;
  };
  for await (const batch of batches) {
    for (const row of batch.rows) lexicalVectors(row, features, notes);
    waiting.push(batch);
    rows += batch.rows.length;
    if (models.length === 0 || rows >= LOT) yield* await embed();
  }
  yield* await embed();
}

function lexicalVectors(row: DecodedRow, features: CollectionFeature[], notes: TextNotes): void {
  features.forEach(({ text }, i) => {
    if (!text || text.embedding || row.vectors[i] !== null) return;
    const found = readText(row, text.paths, notes);
    if (found === null) return;
    const { truncated, ...vector } = lexicalVector(found);
    if (truncated)
      notes.add(`the text is longer than ${MAX_TEXT} characters`, row.line, "the rest is not in its lexical vector");
    row.vectors[i] = vector;
  });
}

async function embedRows(rows: DecodedRow[], i: number, paths: string[], embedder: Embedder, notes: TextNotes) {
  const wanted: DecodedRow[] = [];
  const texts: string[] = [];
  for (const row of rows) {
    const text = row.vectors[i] === null ? readText(row, paths, notes) : null;
    if (text === null) continue;
    if (text.length > MAX_EMBEDDED_TEXT) {
      notes.add(
        `the text is longer than ${MAX_EMBEDDED_TEXT} characters`,
        row.line,
        "the rest is not sent to the model",
      );
    }
    wanted.push(row);
    texts.push(text.slice(0, MAX_EMBEDDED_TEXT));
  }
  if (texts.length === 0) return;
  const vectors = await embedder.embed(texts);
  wanted.forEach((row, at) => {
    row.vectors[i] = vectors[at]!;
  });
}

function readText(row: DecodedRow, paths: string[], notes: TextNotes): string | null {
  const { text, unreadable } = textOf(JSON.parse(row.payload), paths);
  if (unreadable !== null) notes.add(`'${unreadable}' holds something else than text`, row.line, "it is left out");
  return isBlank(text) ? null : text;
}
