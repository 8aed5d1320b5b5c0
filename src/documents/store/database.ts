/** The part of a Durable Object's SQLite that the store uses, so that it also runs on any other SQLite. */
export type SqlValue = string | number | null | ArrayBuffer;

export interface Database {
  all<Row>(query: string, ...params: SqlValue[]): Row[];
  /** The rows one by one, for answers that may be large; read to the end or left before the next pause. */
  each<Row>(query: string, ...params: SqlValue[]): Iterable<Row>;
  /** Runs `work` in one transaction: all of it is kept, or nothing when it throws. */
  transaction<T>(work: () => T): T;
}

/** Storage migrations. Append only: what once ran is never edited, and the stored list is compared with this one. */
const MIGRATIONS: readonly { name: string; statements: readonly string[] }[] = [
  {
    name: "001_documents",
    statements: [
      "CREATE TABLE config (only INTEGER PRIMARY KEY CHECK (only = 1), value TEXT NOT NULL)",
      // `row` orders snapshots: it only grows, and an upsert keeps it.
      `CREATE TABLE documents (
        row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL,
        segment INTEGER NOT NULL, segment_row INTEGER NOT NULL, present INTEGER NOT NULL, zero INTEGER NOT NULL,
        created INTEGER NOT NULL, updated INTEGER NOT NULL)`,
      "CREATE INDEX documents_by_segment ON documents (segment) WHERE segment >= 0",
      // `batch` is set until the batch commits: such a segment belongs to nobody yet.
      `CREATE TABLE segments (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
        columns TEXT NOT NULL, live INTEGER NOT NULL, batch INTEGER)`,
      `CREATE TABLE staged (
        seq INTEGER PRIMARY KEY, batch INTEGER NOT NULL, id TEXT NOT NULL, line INTEGER NOT NULL, payload TEXT NOT NULL,
        segment INTEGER NOT NULL, segment_row INTEGER NOT NULL, present INTEGER NOT NULL, zero INTEGER NOT NULL,
        UNIQUE (batch, id))`,
      `CREATE TABLE batches (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, summary TEXT NOT NULL, touched INTEGER NOT NULL,
        open INTEGER NOT NULL)`,
      "CREATE TABLE snapshots (run TEXT PRIMARY KEY, request TEXT NOT NULL, shape TEXT, created INTEGER NOT NULL)",
      "CREATE TABLE snapshot_segments (run TEXT NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY (run, segment))",
      `CREATE TABLE snapshot_blocks (
        run TEXT NOT NULL, noise INTEGER NOT NULL, first INTEGER NOT NULL, rows INTEGER NOT NULL, ids TEXT NOT NULL,
        places BLOB NOT NULL, attributes TEXT, PRIMARY KEY (run, noise, first)) WITHOUT ROWID`,
      // Files that nothing refers to any more, deleted some time after `due` so that reads under way still succeed.
      "CREATE TABLE garbage (key TEXT PRIMARY KEY, due INTEGER NOT NULL)",
    ],
  },
  {
    name: "002_revision",
    statements: [
      // How often documents, and how often payloads have changed.
      `CREATE TABLE revision (
        only INTEGER PRIMARY KEY CHECK (only = 1), vectors INTEGER NOT NULL, payloads INTEGER NOT NULL)`,
    ],
  },
  {
    name: "003_untold",
    statements: [
      // 1 while nobody has certainly been told of a committed batch.
      "ALTER TABLE batches ADD COLUMN untold INTEGER NOT NULL DEFAULT 0",
      "CREATE INDEX batches_untold ON batches (number) WHERE untold = 1",
    ],
  },
];

/** Brings the storage up to date. @throws Error when it was written by a newer or different list of migrations. */
export function migrate(db: Database): void {
  db.all("CREATE TABLE IF NOT EXISTS migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  const applied = db.all<{ name: string }>("SELECT name FROM migrations ORDER BY position").map((row) => row.name);
  applied.forEach((name, i) => {
    if (MIGRATIONS[i]?.name !== name) {
      throw new Error(`storage has migration ${i} '${name}', this version knows '${MIGRATIONS[i]?.name ?? "none"}'`);
    }
  });
  for (let i = applied.length; i < MIGRATIONS.length; i++) {
    const { name, statements } = MIGRATIONS[i]!;
    db.transaction(() => {
      for (const statement of statements) db.all(statement);
      db.all("INSERT INTO migrations (position, name) VALUES (?, ?)", i, name);
    });
  }
}

/** Bound parameters a statement may have. https://developers.cloudflare.com/durable-objects/platform/limits/ */
const MAX_PARAMS = 100;

/**
 * Inserts many rows, as many a statement as parameters allow. `tuple` is one row of VALUES, constants written out and a
 * `?` for each value of `rows`; `suffix` may return something of the rows that were inserted.
 */
export function insertRows<Row>(
  db: Database,
  statement: { into: string; tuple: string; suffix: string },
  rows: SqlValue[][],
): Row[] {
  const returned: Row[] = [];
  const perStatement = Math.floor(MAX_PARAMS / (rows[0]?.length ?? 1));
  for (let from = 0; from < rows.length; from += perStatement) {
    const chunk = rows.slice(from, from + perStatement);
    const values = Array(chunk.length).fill(statement.tuple).join(", ");
    returned.push(...db.all<Row>(`${statement.into} VALUES ${values} ${statement.suffix}`, ...chunk.flat()));
  }
  return returned;
}

/** Lets other requests to the object run between two pieces of a long job. */
export const yieldTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Runs jobs that may pause one after another: whoever writes waits until a snapshot is complete. */
export class Gate {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
