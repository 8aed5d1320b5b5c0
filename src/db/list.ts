/** Pages of a resource table: filter, search and sort address the rendered resource in its `doc` column. */
import { ShoalError } from "../domain/errors";
import { compileFilter } from "../domain/filters/evaluate";
import type { Filter, SortSpec } from "../domain/filters/model";
import { compileSort, decodeCursor, encodeCursor, type SortKey, type SortPosition } from "../domain/filters/sort";
import { compileSql } from "../domain/filters/sql";
import type { Db } from "./connect";

export type ResourceTable =
  | "namespaces"
  | "api_keys"
  | "collections"
  | "clusters"
  | "executions"
  | "tasks"
  | "webhooks"
  | "webhook_deliveries"
  | "templates"
  | "taxonomies";

export interface PageRequest {
  filters: Filter | null;
  /** Empty: newest first. */
  sort: SortSpec[];
  search: string | null;
  limit: number;
  offset: number;
  cursor: string | null;
}

/** Which rows the caller may see: a condition on the table's own columns. */
export interface RowScope {
  sql: string;
  params: (string | number)[];
}

export interface Page<Doc> {
  docs: Doc[];
  /** Rows that match, over all pages. */
  total: number;
  nextCursor: string | null;
}

const NEWEST: SortSpec[] = [{ field: "created_at", direction: "desc" }];
const TARGET = { column: "doc", fields: { created_at: "created_at", updated_at: "updated_at" } };
/** Rows read at once where SQL alone cannot decide the filter. */
const SCAN_ROWS = 500;
/** A page ends early, with a cursor, rather than hold more text than this: an execution alone may have 1 MB. */
const PAGE_CHARACTERS = 8_000_000;
/** D1 takes statements up to 100 KB; a longer filter is left to `compileFilter`. https://developers.cloudflare.com/d1/platform/limits/ */
const FILTER_SQL_BYTES = 80_000;

interface Row {
  id: string;
  doc: string;
  /** Rows that were found, of which the last ones may be left out for their size. */
  found: number;
  /** 1 where the row comes after the cursor. */
  fresh: number;
  [key: `key${number}`]: SortKey;
}

export async function listDocs<Doc>(
  db: Db,
  table: ResourceTable,
  scope: RowScope,
  request: PageRequest,
): Promise<Page<Doc>> {
  const sort = request.sort.length > 0 ? request.sort : NEWEST;
  const order = compileSort(sort, TARGET, "id");
  const filter = boundedSql(request.filters);
  const terms = searchTerms(request.search);
  // One parameter for all terms, of which a statement may have 100.
  const found = terms.length > 0 ? " AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE instr(search, value) = 0)" : "";
  const where = `${scope.sql} AND ${filter.sql}${found}`;
  const params = [...scope.params, ...filter.params, ...(terms.length > 0 ? [JSON.stringify(terms)] : [])];
  const keys = order.keys.map((key, i) => `, ${key} AS key${i}`).join("");
  const start = request.cursor === null ? null : decodeCursor(request.cursor, sort);

  /** The same order, by the names of the selected keys. */
  const place = [...sort.map(({ direction }, i) => `key${i} ${direction}`), "id"].join(", ");
  const beyond = (at: SortPosition | null) => (at ? order.after(at) : { sql: "1", params: [] });
  const fresh = beyond(start);
  const read = (after: SortPosition | null, limit: number, offset: number) => {
    const past = beyond(after);
    const statement = `
      SELECT * FROM (
        SELECT *, count(*) OVER () AS found, sum(length(doc)) OVER (ORDER BY ${place}) AS characters FROM (
          SELECT id, doc${keys}, ${fresh.sql} AS fresh
          FROM ${table} WHERE ${where} AND ${past.sql} ORDER BY ${order.orderBy} LIMIT ? OFFSET ?))
      WHERE characters - length(doc) < ${PAGE_CHARACTERS} ORDER BY ${place}`;
    return db.$client.prepare(statement).bind(...fresh.params, ...params, ...past.params, limit, offset);
  };
  const position = (row: Row): SortPosition => ({ keys: sort.map((_, i) => row[`key${i}`]!), tie: row.id });
  const offset = start ? 0 : request.offset;

  if (filter.exact) {
    const count = db.$client.prepare(`SELECT count(*) AS total FROM ${table} WHERE ${where}`).bind(...params);
    const [page, counted] = await db.$client.batch([read(start, request.limit + 1, offset), count]);
    const rows = page!.results as unknown as Row[];
    const { total } = counted!.results[0] as { total: number };
    return render(rows, rows.length < (rows[0]?.found ?? 0), total);
  }

  // The condition lets too many rows through: read them in order and keep those that match.
  const matches = compileFilter(request.filters);
  const rows: Row[] = [];
  let characters = 0;
  let isCut = false;
  let total = 0;
  for (let at: SortPosition | null = null; ; ) {
    const { results }: { results: Row[] } = await read(at, SCAN_ROWS, 0).all<Row>();
    for (const row of results) {
      if (!matches(JSON.parse(row.doc))) continue;
      total += 1;
      if (!row.fresh || (start === null && total <= offset) || isCut || rows.length > request.limit) continue;
      isCut = characters >= PAGE_CHARACTERS;
      characters += row.doc.length;
      if (!isCut) rows.push(row);
    }
    const last = results.at(-1);
    if (!last || (results.length === last.found && last.found < SCAN_ROWS)) return render(rows, isCut, total);
    at = position(last);
  }

  /** @param isCut whether rows beyond these were left out for their size */
  function render(rows: Row[], isCut: boolean, total: number): Page<Doc> {
    const page = rows.slice(0, request.limit);
    const last = isCut || rows.length > request.limit ? page.at(-1) : null;
    return {
      docs: page.map((row) => JSON.parse(row.doc) as Doc),
      total,
      nextCursor: last ? encodeCursor(position(last), sort) : null,
    };
  }
}

const MAX_TERMS = 50;

/** A search's terms, all of which must occur. */
export function searchTerms(search: string | null): string[] {
  const terms = (search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (terms.length <= MAX_TERMS) return terms;
  const msg = `search takes at most ${MAX_TERMS} terms, got ${terms.length}`;
  throw new ShoalError("validation_failed", msg, null, [{ loc: ["body", "search"], msg, type: "too_big" }]);
}

/** The searchable text of a resource, as its `search` column holds it. */
export const searchText = (...parts: unknown[]): string =>
  parts
    .flat()
    .filter((part) => part !== null && part !== undefined && part !== "")
    .map((part) => (typeof part === "object" ? JSON.stringify(part) : String(part)))
    .join("\n")
    .toLowerCase();

function boundedSql(filter: Filter | null) {
  const compiled = compileSql(filter, TARGET);
  return compiled.sql.length <= FILTER_SQL_BYTES ? compiled : { sql: "1", params: [], exact: false };
}
