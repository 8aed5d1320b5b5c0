/**
 * Compaction. A segment dies row by row, as documents are replaced or deleted, and single creates leave tiny segments.
 * Both are rewritten: the live rows of several segments, 4 MiB at a time, go into a new one. The documents are pointed
 * at it in one transaction, only where they still stand where they were read, so that nobody waits for the reading. A file is deleted when nothing refers to
 * its segment any more, and ten minutes later, for readers that took its key before.
 */

import { newId } from "../../domain/ids";
import { keys } from "../../objects/keys";
import type { StoreConfig } from "../contract";
import { type ColumnValues, encodeSegment, gatherRows, MAX_SEGMENT_ROWS } from "../segments";
import { gatherSparseRows } from "../segments-sparse";
import { readConfig, readSegments, type StoreContext } from "./context";

export const GARBAGE_DELAY_MS = 10 * 60 * 1000;
/** Rewritten when more than this share of a segment's rows is dead … */
const DEAD_SHARE = 0.3;
/** … and more than this many rows are dead in such segments together. */
const MIN_DEAD_ROWS = 1000;
/** Vectors of one rewrite: they are in memory together with the file made of them. */
const REWRITE_BYTES = 4 * 1024 * 1024;
/** Moves in one statement: as JSON they stay far below the 2 MB of a bound value. */
const MOVES = 20_000;
const TINY_BYTES = 256 * 1024;
/** Tiny segments that are merged; fewer do no harm. */
const MIN_TINY = 16;

interface Candidate {
  id: number;
  rows: number;
  live: number;
  bytes: number;
}

interface Place {
  row: number;
  segment: number;
  segment_row: number;
}

/** Segments that no batch stages and no snapshot needs. */
const FREE = "batch IS NULL AND id NOT IN (SELECT segment FROM snapshot_segments)";

export class Maintenance {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  async run(): Promise<void> {
    const { db, gate } = this.#context;
    await gate.run(() => db.transaction(() => this.#dropDead()));
    for (let work = this.#next(); work.length > 0; work = this.#next()) await this.#rewrite(work);
    await this.#collect();
  }

  /** Inside the gate: a snapshot in the making does not name its segments before it is whole. */
  #dropDead(): void {
    const { db, now } = this.#context;
    const dead = `${FREE} AND live = 0`;
    const due = now() + GARBAGE_DELAY_MS;
    db.all(`INSERT OR IGNORE INTO garbage (key, due) SELECT key, ? FROM segments WHERE ${dead}`, due);
    db.all(`DELETE FROM segments WHERE ${dead}`);
  }

  /** The segments of one rewrite, oldest first, whose live rows fit a segment; empty when there is nothing to gain. */
  #next(): Candidate[] {
    const free = this.#context.db.all<Candidate>(
      `SELECT id, rows, live, bytes FROM segments WHERE ${FREE} AND live > 0 ORDER BY id`,
    );
    const heavy = free.filter(({ rows, live }) => rows - live > DEAD_SHARE * rows);
    const tiny = free.filter(({ bytes }) => bytes < TINY_BYTES);
    const dead = heavy.reduce((sum, { rows, live }) => sum + rows - live, 0);
    const worth = new Set<Candidate>([
      ...(dead > MIN_DEAD_ROWS ? heavy : []),
      ...(tiny.length >= MIN_TINY ? tiny : []),
    ]);
    const chosen: Candidate[] = [];
    let bytes = 0;
    let rows = 0;
    for (const candidate of free.filter((segment) => worth.has(segment))) {
      bytes += candidate.bytes * (candidate.live / candidate.rows);
      rows += candidate.live;
      if (chosen.length > 0 && (bytes > REWRITE_BYTES || rows > MAX_SEGMENT_ROWS)) break;
      chosen.push(candidate);
    }
    return chosen;
  }

  async #rewrite(candidates: Candidate[]): Promise<void> {
    const { db, objects, gate, now } = this.#context;
    const config = readConfig(db);
    const ids = JSON.stringify(candidates.map(({ id }) => id));
    const live = db.all<Place>(
      `SELECT row, segment, segment_row FROM documents WHERE segment IN (SELECT value FROM json_each(?)) ORDER BY row`,
      ids,
    );
    const { bytes, columns } = await this.#read(config, live);
    const key = keys.segment(config.namespaceId, config.collectionId, newId("batch"));
    // Garbage until the documents point at it: a crash in between leaves no file behind.
    db.all("INSERT INTO garbage (key, due) VALUES (?, ?)", key, now() + GARBAGE_DELAY_MS);
    await objects.put(key, bytes);
    await gate.run(() =>
      db.transaction(() => {
        const [created] = db.all<{ id: number }>(
          "INSERT INTO segments (key, rows, bytes, columns, live) VALUES (?, ?, ?, ?, 0) RETURNING id",
          key,
          live.length,
          bytes.byteLength,
          JSON.stringify(columns),
        );
        db.all("DELETE FROM garbage WHERE key = ?", key);
        this.#move(live, created!.id);
        db.all(
          `UPDATE segments SET live = (SELECT count(*) FROM documents WHERE segment = segments.id AND segment >= 0)
           WHERE id = ? OR id IN (SELECT value FROM json_each(?))`,
          created!.id,
          ids,
        );
        this.#dropDead();
      }),
    );
  }

  #move(live: Place[], to: number): void {
    for (let from = 0; from < live.length; from += MOVES) {
      const chunk = live.slice(from, from + MOVES);
      this.#context.db.all(
        `UPDATE documents SET segment = ?, segment_row = move.place
         FROM (SELECT value ->> 0 AS row, value ->> 1 AS segment, value ->> 2 AS segment_row, value ->> 3 AS place
               FROM json_each(?)) AS move
         WHERE documents.row = move.row AND documents.segment = move.segment
           AND documents.segment_row = move.segment_row`,
        to,
        JSON.stringify(chunk.map(({ row, segment, segment_row }, i) => [row, segment, segment_row, from + i])),
      );
    }
  }

  async #read(config: StoreConfig, rows: Place[]) {
    const { db, objects } = this.#context;
    const page = {
      segments: Int32Array.from(rows, (row) => row.segment),
      segmentRows: Int32Array.from(rows, (row) => row.segment_row),
      segmentInfo: readSegments(
        db,
        rows.map((row) => row.segment),
      ),
    };
    const values: ColumnValues[] = [];
    for (const { name, dimensions, kind } of config.features) {
      if (kind === "sparse") {
        values.push(await gatherSparseRows(objects, page, name));
        continue;
      }
      const out = new Float32Array(rows.length * dimensions);
      await gatherRows(objects, page, [name], out);
      values.push(out);
    }
    return encodeSegment(config.features, values, rows.length);
  }

  async #collect(): Promise<void> {
    const { db, objects, now, wake } = this.#context;
    const due = db.all<{ key: string }>("SELECT key FROM garbage WHERE due <= ?", now()).map(({ key }) => key);
    await objects.delete(due);
    db.all("DELETE FROM garbage WHERE key IN (SELECT value FROM json_each(?))", JSON.stringify(due));
    const [next] = db.all<{ due: number | null }>("SELECT min(due) AS due FROM garbage");
    if (next?.due) wake(next.due);
  }
}
