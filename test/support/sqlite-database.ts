import { DatabaseSync } from "node:sqlite";
import type { Database, SqlValue } from "../../src/documents/store/database";

/** Node's SQLite as the store sees a Durable Object's: 100 parameters a statement at most, blobs as ArrayBuffers. */
export class SqliteDatabase implements Database {
  readonly sqlite = new DatabaseSync(":memory:");
  #depth = 0;

  all<Row>(query: string, ...params: SqlValue[]): Row[] {
    return [...this.each<Row>(query, ...params)];
  }

  *each<Row>(query: string, ...params: SqlValue[]): Generator<Row> {
    if (params.length > 100) throw new Error(`${params.length} bound parameters: a Durable Object takes 100`);
    const bound = params.map((param) => (param instanceof ArrayBuffer ? new Uint8Array(param) : param));
    for (const row of this.sqlite.prepare(query).iterate(...bound)) {
      for (const [name, value] of Object.entries(row))
        if (value instanceof Uint8Array) row[name] = value.slice().buffer as never;
      yield row as Row;
    }
  }

  transaction<T>(work: () => T): T {
    const name = `t${this.#depth++}`;
    this.sqlite.exec(`SAVEPOINT ${name}`);
    try {
      const result = work();
      this.sqlite.exec(`RELEASE ${name}`);
      return result;
    } catch (error) {
      this.sqlite.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }
}
