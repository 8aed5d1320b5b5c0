/** Reading documents: one, a page of a list, groups of them. */
import type { Filter, SortSpec } from "../../domain/filters/model";
import { compileSort, decodeCursor, encodeCursor, type SortKey } from "../../domain/filters/sort";
import type { GroupPage, GroupQuery, ListPage, ListQuery, StoredDocument } from "../contract";
import { gatherRows } from "../segments";
import {
  type DocumentRecord,
  featureMask,
  readConfig,
  readSegments,
  type StoreContext,
  select,
  TARGET,
} from "./context";
import { searchTerms } from "./search";

/** A page ends early at this many bytes: an answer has to pass an RPC of 32 MiB. */
const PAGE_BYTES = 16 * 1024 * 1024;
/** Bytes of one number in a structured clone. */
const NUMBER_BYTES = 9;

interface Match {
  sql: string;
  params: string[];
  test: ((record: DocumentRecord) => boolean) | null;
}

export class Reader {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  async get(documentId: string, returnVectors: boolean): Promise<StoredDocument | null> {
    const record = this.find(documentId);
    return record ? (await this.#render([record], returnVectors))[0]! : null;
  }

  find(documentId: string): DocumentRecord | null {
    return this.#context.db.all<DocumentRecord>("SELECT * FROM documents WHERE id = ?", documentId)[0] ?? null;
  }

  count(filters: Filter | null, search: string | null = null): number {
    const { db } = this.#context;
    const match = matching(filters, search);
    if (match.test === null) {
      const sql = `SELECT count(*) AS n FROM documents WHERE ${match.sql}`;
      return db.all<{ n: number }>(sql, ...match.params)[0]!.n;
    }
    let count = 0;
    for (const record of db.each<DocumentRecord>(`SELECT * FROM documents WHERE ${match.sql}`, ...match.params)) {
      if (match.test(record)) count += 1;
    }
    return count;
  }

  async list(query: ListQuery): Promise<ListPage> {
    const { records, nextCursor } = this.#page(query);
    return {
      documents: await this.#render(records, query.returnVectors),
      nextCursor,
      total: query.includeTotal ? this.count(query.filters, query.search) : null,
    };
  }

  #page({ filters, search, sort, cursor, offset, limit, returnVectors }: ListQuery): {
    records: DocumentRecord[];
    nextCursor: string | null;
  } {
    const { db } = this.#context;
    const match = matching(filters, search);
    const order = compileSort(sort, TARGET, "row");
    const after = cursor === null ? { sql: "1", params: [] } : order.after(decodeCursor(cursor, sort));
    const columns = ["row", ...order.keys.map((key, i) => `${key} AS k${i}`)].join(", ");
    // Rows are looked up one by one, so that a sort carries keys and not payloads.
    const sql = `SELECT ${columns} FROM documents WHERE ${match.sql} AND ${after.sql} ORDER BY ${order.orderBy}`;
    const exact = match.test === null;
    const bounds = exact ? ` LIMIT ${limit + 1} OFFSET ${offset}` : "";
    const rows = db.each<Record<string, SortKey> & { row: number }>(sql + bounds, ...match.params, ...after.params);

    const vectorBytes = returnVectors
      ? NUMBER_BYTES * readConfig(db).features.reduce((sum, feature) => sum + feature.dimensions, 0)
      : 0;
    const records: DocumentRecord[] = [];
    let last: { keys: SortKey[]; tie: number } | null = null;
    let skip = exact ? 0 : offset;
    let bytes = 0;
    for (const found of rows) {
      const record = db.all<DocumentRecord>("SELECT * FROM documents WHERE row = ?", found.row)[0]!;
      if (match.test && !match.test(record)) continue;
      if (skip > 0) {
        skip -= 1;
        continue;
      }
      bytes += record.payload.length + vectorBytes;
      if (records.length === limit || (records.length > 0 && bytes > PAGE_BYTES)) {
        return { records, nextCursor: encodeCursor(last!, sort) };
      }
      records.push(record);
      last = { keys: order.keys.map((_, i) => found[`k${i}`] ?? null), tie: found.row };
    }
    return { records, nextCursor: null };
  }

  async groups(query: GroupQuery): Promise<GroupPage> {
    const { db } = this.#context;
    const match = matching(query.filters, query.search);
    const { keys } = compileSort([{ field: query.groupBy, direction: "asc" }] satisfies SortSpec[], TARGET, "row");
    const counts = new Map<SortKey, { count: number; rows: number[] }>();
    const sql = `SELECT *, ${keys[0]} AS k FROM documents WHERE ${match.sql} ORDER BY row`;
    let total = 0;
    for (const record of db.each<DocumentRecord & { k: SortKey }>(sql, ...match.params)) {
      if (match.test && !match.test(record)) continue;
      total += 1;
      const group = counts.get(record.k) ?? { count: 0, rows: [] };
      counts.set(record.k, group);
      group.count += 1;
      if (group.rows.length < query.documentsPerGroup) group.rows.push(record.row);
    }
    const ordered = [...counts].sort(([a, x], [b, y]) => y.count - x.count || (String(a) < String(b) ? -1 : 1));
    const groups: GroupPage["groups"] = [];
    for (const [key, { count, rows }] of ordered.slice(query.offset, query.offset + query.limit)) {
      const records = rows.map((row) => db.all<DocumentRecord>("SELECT * FROM documents WHERE row = ?", row)[0]!);
      groups.push({ key, count, documents: await this.#render(records, false) });
    }
    return { groups, totalGroups: counts.size, totalDocuments: total };
  }

  async #render(records: DocumentRecord[], returnVectors: boolean): Promise<StoredDocument[]> {
    const { features } = readConfig(this.#context.db);
    const documents = records.map((record): StoredDocument => {
      return {
        documentId: record.id,
        payload: JSON.parse(record.payload) as Record<string, unknown>,
        features: features.filter((_, bit) => record.present & (1 << bit)).map((feature) => feature.name),
        createdAt: new Date(record.created).toISOString(),
        updatedAt: new Date(record.updated).toISOString(),
      };
    });
    if (returnVectors) await this.#addVectors(records, documents);
    return documents;
  }

  async #addVectors(records: DocumentRecord[], documents: StoredDocument[]): Promise<void> {
    const { db, objects } = this.#context;
    const config = readConfig(db);
    const segmentInfo = readSegments(
      db,
      records.map((record) => record.segment),
    );
    for (const document of documents) document.vectors = {};
    for (const { name, dimensions } of config.features) {
      const { mask } = featureMask(config, [name]);
      const having = records.flatMap((record, i) => (record.present & mask ? [i] : []));
      const out = new Float32Array(having.length * dimensions);
      const page = {
        segments: Int32Array.from(having, (i) => records[i]!.segment),
        segmentRows: Int32Array.from(having, (i) => records[i]!.segment_row),
        segmentInfo,
      };
      await gatherRows(objects, page, [name], out);
      having.forEach((i, at) => {
        documents[i]!.vectors![name] = [...out.subarray(at * dimensions, (at + 1) * dimensions)];
      });
    }
  }
}

/** Documents that pass the filter and hold every term of the search. */
function matching(filters: Filter | null, search: string | null): Match {
  const filter = select(filters);
  const terms = searchTerms(search);
  if (terms === null) return filter;
  return {
    sql: `${filter.sql} AND ${terms.sql}`,
    params: [...filter.params, ...terms.params],
    test: (record) => (filter.test === null || filter.test(record)) && terms.test(record),
  };
}
