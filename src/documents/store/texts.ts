/** Payloads of named documents, whole or as the texts in them: what clusters are named by. */
import { isIndex, isObject, resolve, splitPath } from "../../domain/filters/path";
import type { PayloadText, TextsRequest } from "../contract";
import type { StoreContext } from "./context";

/** Ids of one statement, and characters after which an answer ends early: it has to pass an RPC of 32 MiB. */
const IDS_AT_ONCE = 256;
const ANSWER_CHARACTERS = 8 * 1024 * 1024;
/** Texts of one document. */
const MAX_TEXTS = 64;

export class Texts {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** JSON texts in the order of the ids, null for an unknown one; fewer than asked for where they would be too long. */
  payloads(documentIds: string[]): (string | null)[] {
    return this.#each(
      documentIds,
      (payload) => payload,
      (payload) => payload?.length ?? 0,
    );
  }

  texts({ documentIds, paths, maxLength }: TextsRequest): PayloadText[][] {
    const wanted = paths?.map(splitPath) ?? null;
    const read = (payload: string | null): PayloadText[] => {
      if (payload === null) return [];
      const document: unknown = JSON.parse(payload);
      const found: PayloadText[] = [];
      if (wanted === null) collect(document, "", found, maxLength);
      else
        wanted.forEach((segments, i) => {
          for (const value of resolve(document, segments)) collect(value, paths![i]!, found, maxLength, true);
        });
      return found;
    };
    return this.#each(documentIds, read, (texts) =>
      texts.reduce((sum, { path, text }) => sum + path.length + text.length, 16),
    );
  }

  #each<T>(documentIds: string[], read: (payload: string | null) => T, characters: (value: T) => number): T[] {
    const { db } = this.#context;
    const answer: T[] = [];
    let total = 0;
    for (let from = 0; from < documentIds.length; from += IDS_AT_ONCE) {
      const ids = documentIds.slice(from, from + IDS_AT_ONCE);
      const found = new Map<string, T>();
      const sql = "SELECT id, payload FROM documents WHERE id IN (SELECT value FROM json_each(?))";
      for (const { id, payload } of db.each<{ id: string; payload: string }>(sql, JSON.stringify(ids)))
        found.set(id, read(payload));
      for (const id of ids) {
        const value = found.get(id) ?? read(null);
        total += characters(value);
        if (total > ANSWER_CHARACTERS && answer.length > 0) return answer;
        answer.push(value);
      }
    }
    return answer;
  }
}

/** Strings below `value` in the order of the document; positions in lists are not part of a path, nor of one that was asked for. */
function collect(value: unknown, path: string, found: PayloadText[], maxLength: number, fixed = false): void {
  if (found.length >= MAX_TEXTS) return;
  if (typeof value === "string") {
    if (value.length > 0) found.push({ path, text: value.slice(0, maxLength) });
  } else if (Array.isArray(value)) {
    for (const element of value) collect(element, path, found, maxLength, fixed);
  } else if (isObject(value)) {
    for (const [key, below] of Object.entries(value)) {
      const own = fixed || isIndex(key) ? path : path === "" ? key : `${path}.${key}`;
      collect(below, own, found, maxLength, fixed);
    }
  }
}
