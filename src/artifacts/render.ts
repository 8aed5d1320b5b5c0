/** Tables as answers: JSON documents, NDJSON, Arrow and Parquet, streamed a row group at a time at the reader's pace. */
import { arrowStream } from "./arrow";
import type { CentroidJson, MemberRow, ReadOptions } from "./contract";
import { nextCursor } from "./cursor";
import { parquetStream } from "./parquet";
import type { TableFile } from "./read";
import { centroidRows, dataCentroid, dataMember, memberRows, planar, rowsOf } from "./rows";
import { GROUP_ROWS } from "./tables";

export type TableFormat = "json" | "ndjson" | "arrow" | "parquet";

export const MEDIA_TYPES: Record<TableFormat, string> = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  arrow: "application/vnd.apache.arrow.stream",
  parquet: "application/vnd.apache.parquet",
};

type Bytes = ReadableStream<Uint8Array>;

/**
 * The format that an `Accept` header asks for: the highest `q`, the first named on a tie. JSON when the header is absent
 * or takes anything; null when it takes none of the four.
 */
export function formatFromAccept(accept: string | null | undefined): TableFormat | null {
  if (!accept?.trim()) return "json";
  const ranges = accept.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { type, q: quality ? Number(quality.slice(2)) : 1 };
  });
  for (const { type } of ranges.filter(({ q }) => q > 0).sort((a, b) => b.q - a.q)) {
    if (type === "*/*" || type === "application/*") return "json";
    const format = (Object.keys(MEDIA_TYPES) as TableFormat[]).find((name) => MEDIA_TYPES[name] === type);
    if (format) return format;
  }
  return null;
}

/** Rows of one table. The whole table as Parquet is the stored file itself, byte for byte. */
export async function tableStream(table: TableFile, format: TableFormat, page: ReadOptions): Promise<Bytes> {
  const { spec } = table;
  switch (format) {
    case "json":
      return byteStream(encode(jsonArray(rowBatches(table, page, (batch) => rowsOf(spec, batch)))));
    case "ndjson":
      return byteStream(encode(ndjson(rowBatches(table, page, (batch) => rowsOf(spec, batch)))));
    case "arrow":
      return byteStream(arrowStream(spec, table.read(page)));
    case "parquet": {
      const isWhole = page.offset === 0 && page.limit >= table.rows && page.clusterIds === null;
      return isWhole ? table.stream() : byteStream(parquetStream(spec, table.read(page), GROUP_ROWS));
    }
  }
}

/** What a JSON answer holds: `page` pages the members, or the centroids when members are left out. */
export interface Answer {
  /** Fields that come first. */
  head: Record<string, unknown>;
  centroids: TableFile | null;
  members: TableFile | null;
  page: ReadOptions;
  /** Names of clusters that take the place of the tables'. */
  renamed?: Renamed;
}

/** By cluster id; a null stands for what the table says. */
export type Renamed = ReadonlyMap<string, { label: string; summary: string | null; keywords: string[] | null }>;

/** The answer of the data endpoints (`ClusterDataResponse`) with `next_cursor`. */
export async function dataAnswer({ head, centroids, members, page, renamed }: Answer): Promise<Bytes> {
  const pages = pagesOf(centroids, members, page);
  return jsonStream({
    ...head,
    centroids: centroids
      ? rowBatches(centroids, pages.centroids, (batch) =>
          centroidRows(batch).map((row) => dataCentroid(renamedCentroid(row, renamed))),
        )
      : [],
    members: members
      ? rowBatches(members, pages.members, (batch) =>
          memberRows(batch).map((row) => dataMember(renamedMember(row, renamed))),
        )
      : [],
    total_clusters: (await centroids?.count(page.clusterIds)) ?? 0,
    total_members: (await members?.count(page.clusterIds)) ?? 0,
    next_cursor: await cursorOf(members ?? centroids, page),
  });
}

/** The answer of the artifacts endpoints: the tables' own columns, with the map's coordinates in 2 or 3 dimensions. */
export async function artifactsAnswer(answer: Answer & { dimensions: 2 | 3 }): Promise<Bytes> {
  const { head, centroids, members, page, dimensions, renamed } = answer;
  const pages = pagesOf(centroids, members, page);
  const shape = <Row extends { z: number | null }>(rows: Row[]): unknown[] =>
    dimensions === 2 ? rows.map(planar) : rows;
  return jsonStream({
    ...head,
    centroids: centroids
      ? rowBatches(centroids, pages.centroids, (batch) =>
          shape(centroidRows(batch).map((row) => renamedCentroid(row, renamed))),
        )
      : [],
    members: members
      ? rowBatches(members, pages.members, (batch) =>
          shape(memberRows(batch).map((row) => renamedMember(row, renamed))),
        )
      : [],
    next_cursor: await cursorOf(members ?? centroids, page),
  });
}

function renamedCentroid(row: CentroidJson, renamed?: Renamed): CentroidJson {
  const given = renamed?.get(row.cluster_id);
  if (!given) return row;
  const { label, summary, keywords } = given;
  return { ...row, label, summary: summary ?? row.summary, keywords: keywords ?? row.keywords };
}

function renamedMember(row: MemberRow, renamed?: Renamed): MemberRow {
  const given = renamed?.get(row.cluster_id);
  return given ? { ...row, cluster_label: given.label } : row;
}

function pagesOf(centroids: TableFile | null, members: TableFile | null, page: ReadOptions) {
  const all = { offset: 0, limit: centroids?.rows ?? 0, clusterIds: page.clusterIds };
  return { members: page, centroids: members ? all : page };
}

const cursorOf = async (table: TableFile | null, page: ReadOptions): Promise<string | null> =>
  table && nextCursor(table, page);

async function* rowBatches<Row>(
  table: TableFile,
  page: ReadOptions,
  rows: (batch: Parameters<typeof memberRows>[0]) => Row[],
): AsyncGenerator<Row[]> {
  for await (const batch of table.read(page)) yield rows(batch);
}

/** A JSON object whose fields are plain values or streams of rows, which become arrays. */
function jsonStream(fields: Record<string, unknown>): Bytes {
  async function* text(): AsyncGenerator<string> {
    let before = "{";
    for (const [name, value] of Object.entries(fields)) {
      yield `${before}${JSON.stringify(name)}:`;
      if (isRows(value)) yield* jsonArray(value);
      else yield JSON.stringify(value ?? null);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  }
  return byteStream(encode(text()));
}

const isRows = (value: unknown): value is AsyncGenerator<unknown[]> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;

async function* jsonArray(batches: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  let before = "[";
  for await (const rows of batches) {
    if (rows.length === 0) continue;
    yield before + rows.map((row) => JSON.stringify(row)).join(",");
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}

async function* ndjson(batches: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  for await (const rows of batches) yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

async function* encode(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of text) yield encoder.encode(piece);
}

/** Pulls a chunk only when the reader wants one; a reader that leaves ends the iteration. */
function byteStream(chunks: AsyncGenerator<Uint8Array>): Bytes {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
