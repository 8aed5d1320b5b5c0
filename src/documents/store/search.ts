import { ShoalError } from "../../domain/errors";
import { isObject } from "../../domain/filters/path";
import type { DocumentRecord } from "./context";

const MAX_TERMS = 20;

export interface Search {
  /** A condition that no matching document fails. */
  sql: string;
  params: string[];
  test(record: Pick<DocumentRecord, "id" | "payload">): boolean;
}

/** The terms of a search, each of which must occur, in any case, in the id or in a text of the payload. */
export function searchTerms(search: string | null): Search | null {
  const terms = (search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (terms.length === 0) return null;
  if (terms.length > MAX_TERMS) {
    throw new ShoalError("validation_failed", `search takes at most ${MAX_TERMS} terms, not ${terms.length}`);
  }
  // JSON writes these characters as they are, and SQLite folds them; documents with others are tested one by one.
  const plain = terms.filter((term) => /^[a-z0-9_.:@-]+$/.test(term));
  const foreign = "length(payload) <> length(CAST(payload AS BLOB)) OR length(id) <> length(CAST(id AS BLOB))";
  const conditions = plain.map(() => "instr(lower(id || ' ' || payload), ?) > 0");
  return {
    sql: conditions.length === 0 ? "1" : `((${conditions.join(" AND ")}) OR ${foreign})`,
    params: plain,
    test: ({ id, payload }) => {
      const texts = [id.toLowerCase()];
      collectTexts(JSON.parse(payload), texts);
      return terms.every((term) => texts.some((text) => text.includes(term)));
    },
  };
}

function collectTexts(value: unknown, into: string[]): void {
  if (typeof value === "string") into.push(value.toLowerCase());
  else if (Array.isArray(value)) for (const element of value) collectTexts(element, into);
  else if (isObject(value)) for (const element of Object.values(value)) collectTexts(element, into);
}
