/** Reading documents: one, a page of a list, groups of them. */
import { ShoalError } from "../../domain/errors";
import type { Filter, SortSpec } from "../../domain/filters/model";
import { compileSort, decodeCursor, encodeCursor, type SortKey } from "../../domain/filters/sort";
import type { CollectionFeature, GroupPage, GroupQuery, ListPage, ListQuery, StoredDocument } from "../contract";
import { gatherRows } from "../segments";
import { gatherSparseRows } from "../segments-sparse";
import {
  type DocumentRecord,
  featureMask,
  readConfig,
  readSegments,
  type Selection,
  type StoreContext,
  scan,
  select,
  TARGET,
} from "./context";
import { yieldTurn } from "./database";
import { searchTerms } from "./search";

/** A page ends early at this many bytes: an answer has to pass an RPC of 32 MiB. */
const PAGE_BYTES = 16 * 1024 * 1024;
/** Rows that a filter is tried on between two pauses. */
const CHUNK_ROWS = 4000;
/** What grouping holds: keys, and the characters of those that are texts. */
const MAX_GROUPS = 100_000;
const MAX_KEY_CHARACTERS = 16 * 1024 * 1024;
/** Bytes of one number in a structured clone. */
const NUMBER_BYTES = 9;

/** Entries of a sparse vector as a page's size is estimated: an average text, not the longest. */
const SPARSE_NUMBERS = 2000;
const numbersOf = ({ kind, dimensions }: CollectionFeature): number =>
  kind === "sparse" ? SPARSE_NUMBERS : dimensions;

type Position = Parameters<typeof encodeCursor>[0];

export class Reader {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  async get(documentId: string, returnVectors: boolean): Promise<StoredDocument | null> {
    const record = this.find(documentId);
    return record ? (await this.#render([record], returnVectors))[0]! : null;
  }

  /** By the index of ids: a filter would be tried on every row. */
  async many(documentIds: string[], returnVectors: boolean): Promise<(StoredDocument | null)[]> {
    const vectorBytes = this.#vectorBytes(returnVectors);
    const records: DocumentRecord[] = [];
    let asked = 0;
    for (let bytes = 0; asked < documentIds.length; asked++) {
      const record = this.find(documentIds[asked]!);
      if (!record) continue;
      bytes += record.payload.length + vectorBytes;
      if (records.length > 0 && bytes > PAGE_BYTES) break;
      records.push(record);
    }
    const found = new Map((await this.#render(records, returnVectors)).map((one) => [one.documentId, one]));
    return documentIds.slice(0, asked).map((id) => found.get(id) ?? null);
  }

  /** Of a document's vectors in an answer, at most. */
  #vectorBytes(returnVectors: boolean): number {
    if (!returnVectors) return 0;
    const { features } = readConfig(this.#context.db);
    return NUMBER_BYTES * features.reduce((sum, feature) => sum + numbersOf(feature), 0);
  }

  find(documentId: string): DocumentRecord | null {
    return this.#context.db.all<DocumentRecord>("SELECT * FROM documents WHERE id = ?", documentId)[0] ?? null;
  }

  async count(filters: Filter | null, search: string | null = null): Promise<number> {
    const { db } = this.#context;
    const match = matching(filters, search);
    if (match.test === null) {
      const sql = `SELECT count(*) AS n FROM documents WHERE ${match.sql}`;
      return db.all<{ n: number }>(sql, ...match.params)[0]!.n;
    }
    let count = 0;
    for await (const chunk of scan(db, match)) count += chunk.length;
    return count;
  }

  async list(query: ListQuery): Promise<ListPage> {
    const { records, nextCursor } = await this.#page(query);
    return {
      documents: await this.#render(records, query.returnVectors),
      nextCursor,
      total: query.includeTotal ? await this.count(query.filters, query.search) : null,
    };
  }

  async #page(query: ListQuery): Promise<{ records: DocumentRecord[]; nextCursor: string | null }> {
    const { db } = this.#context;
    const { filters, search, sort, cursor, offset, limit, returnVectors } = query;
    const match = matching(filters, search);
    const order = compileSort(sort, TARGET, "row");
    const columns = ["row", ...order.keys.map((key, i) => `${key} AS k${i}`)].join(", ");
    const exact = match.test === null;
    // What SQL alone decides is one page. What it does not is tried on chunk after chunk, with pauses; a sorted list is
    // read in one go, since each chunk would sort all documents again.
    const chunkRows = exact ? limit + 1 : sort.length === 0 ? CHUNK_ROWS : -1;
    const vectorBytes = this.#vectorBytes(returnVectors);
    const records: DocumentRecord[] = [];
    let shown: Position | null = null;
    let skip = exact ? 0 : offset;
    let bytes = 0;
    for (let last = cursor === null ? null : decodeCursor(cursor, sort); ; await yieldTurn()) {
      const after = last === null ? { sql: "1", params: [] } : order.after(last);
      // Rows are looked up one by one, so that a sort carries keys and not payloads.
      const sql = `SELECT ${columns} FROM documents WHERE ${match.sql} AND ${after.sql}
                   ORDER BY ${order.orderBy} LIMIT ${chunkRows} OFFSET ${exact ? offset : 0}`;
      let seen = 0;
      for (const found of db.each<Record<string, SortKey> & { row: number }>(sql, ...match.params, ...after.params)) {
        seen += 1;
        last = { keys: order.keys.map((_, i) => found[`k${i}`] ?? null), tie: found.row };
        const record = db.all<DocumentRecord>("SELECT * FROM documents WHERE row = ?", found.row)[0]!;
        if (match.test && !match.test(record)) continue;
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        bytes += record.payload.length + vectorBytes;
        if (records.length === limit || (records.length > 0 && bytes > PAGE_BYTES)) {
          return { records, nextCursor: encodeCursor(shown!, sort) };
        }
        records.push(record);
        shown = last;
      }
      if (exact || chunkRows < 0 || seen < chunkRows) return { records, nextCursor: null };
    }
  }

  async groups(query: GroupQuery): Promise<GroupPage> {
    const { db } = this.#context;
    const match = matching(query.filters, query.search);
    const { keys } = compileSort([{ field: query.groupBy, direction: "asc" }] satisfies SortSpec[], TARGET, "row");
    const counts = new Map<SortKey, { count: number; rows: number[] }>();
    let total = 0;
    let characters = 0;
    for await (const chunk of scan<DocumentRecord & { k: SortKey }>(db, match, `*, ${keys[0]} AS k`)) {
      total += chunk.length;
      for (const { k, row } of chunk) {
        let group = counts.get(k);
        if (!group) {
          characters += typeof k === "string" ? k.length : 0;
          if (counts.size === MAX_GROUPS || characters > MAX_KEY_CHARACTERS) throw tooManyGroups(query.groupBy);
          group = { count: 0, rows: [] };
          counts.set(k, group);
        }
        group.count += 1;
        if (group.rows.length < query.documentsPerGroup) group.rows.push(row);
      }
    }
    const ordered = [...counts].sort(([a, x], [b, y]) => y.count - x.count || (String(a) < String(b) ? -1 : 1));
    const groups: GroupPage["groups"] = [];
    for (const [key, { count, rows }] of ordered.slice(query.offset, query.offset + query.limit)) {
      // A document that was deleted since it was counted is not shown.
      const records = rows.flatMap((row) => db.all<DocumentRecord>("SELECT * FROM documents WHERE row = ?", row));
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
    for (const { name, dimensions, kind } of config.features) {
      const { mask } = featureMask(config, [name]);
      const having = records.flatMap((record, i) => (record.present & mask ? [i] : []));
      const page = {
        segments: Int32Array.from(having, (i) => records[i]!.segment),
        segmentRows: Int32Array.from(having, (i) => records[i]!.segment_row),
        segmentInfo,
      };
      if (kind === "sparse") {
        const { offsets, indices, values } = await gatherSparseRows(objects, page, name);
        having.forEach((i, at) => {
          const [from, to] = [offsets[at]!, offsets[at + 1]!];
          const vector = { indices: [...indices.subarray(from, to)], values: [...values.subarray(from, to)] };
          documents[i]!.vectors![name] = vector;
        });
        continue;
      }
      const out = new Float32Array(having.length * dimensions);
      await gatherRows(objects, page, [name], out);
      having.forEach((i, at) => {
        documents[i]!.vectors![name] = [...out.subarray(at * dimensions, (at + 1) * dimensions)];
      });
    }
  }
}

const tooManyGroups = (field: string): ShoalError =>
  new ShoalError(
    "validation_failed",
    `group_by '${field}' makes more than ${MAX_GROUPS} groups or ${MAX_KEY_CHARACTERS} characters of keys; narrow it by filters.`,
    { field, limit: MAX_GROUPS },
  );

/** Documents that pass the filter and hold every term of the search. */
function matching(filters: Filter | null, search: string | null): Selection {
  const filter = select(filters);
  const terms = searchTerms(search);
  if (terms === null) return filter;
  return {
    sql: `${filter.sql} AND ${terms.sql}`,
    params: [...filter.params, ...terms.params],
    test: (record) => (filter.test === null || filter.test(record)) && terms.test(record),
  };
}
