/**
 * Frozen snapshots: the rows of a run, fixed at its start. A snapshot keeps ids, places in segments and attributes in
 * blocks of a few thousand rows, so later writes do not touch it; the segments that it names stay until its release.
 */
import { ShoalError } from "../../domain/errors";
import type { Filter } from "../../domain/filters/model";
import { splitPath, valueAt } from "../../domain/filters/path";
import type { FreezeRequest, FrozenNoise, FrozenPage, FrozenShape } from "../contract";
import {
  type DocumentRecord,
  featureMask,
  filterView,
  readConfig,
  readSegments,
  type StoreContext,
  scan,
  select,
} from "./context";
import { readRevision } from "./revision";

export const STALE_SNAPSHOT_MS = 7 * 24 * 60 * 60 * 1000;
/** A document without its payload. */
const PLACE = "row, id, '' AS payload, segment, segment_row, present, zero, 0 AS created, 0 AS updated";
const BLOCK_ROWS = 4096;
const BLOCK_BYTES = 512 * 1024;
const MAX_ATTRIBUTE_BYTES = 1024 * 1024;

interface Block {
  first: number;
  rows: number;
  ids: string;
  places: ArrayBuffer;
  attributes: string | null;
}

export class Snapshots {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  async shape(filters: Filter | null, names: string[]): Promise<FrozenShape> {
    const { db } = this.#context;
    const { mask, features } = featureMask(readConfig(db), names);
    const match = select(filters);
    let rows = 0;
    let missingRows = 0;
    if (match.test === null) {
      const [counted] = db.all<{ matching: number; complete: number }>(
        `SELECT count(*) AS matching, coalesce(sum((present & ${mask}) = ${mask}), 0) AS complete FROM documents
         WHERE ${match.sql}`,
        ...match.params,
      );
      rows = counted!.complete;
      missingRows = counted!.matching - rows;
    } else {
      for await (const chunk of scan(db, match)) {
        const complete = chunk.filter(({ present }) => (present & mask) === mask).length;
        rows += complete;
        missingRows += chunk.length - complete;
      }
    }
    return { rows, noiseRows: 0, missingRows, features, revision: readRevision(db) };
  }

  finished(runId: string): FrozenShape | null {
    const [row] = this.#context.db.all<{ shape: string | null }>("SELECT shape FROM snapshots WHERE run = ?", runId);
    return row?.shape ? (JSON.parse(row.shape) as FrozenShape) : null;
  }

  /** To be called inside the gate: writers wait until the snapshot is whole. What a restart cut short starts again. */
  async freeze(request: FreezeRequest): Promise<FrozenShape> {
    const { db, now, wake } = this.#context;
    const { runId } = request;
    const known = this.finished(runId);
    if (known) return known;
    const { mask, features } = featureMask(readConfig(db), request.features);
    this.release(runId);
    const created = now();
    db.all("INSERT INTO snapshots (run, request, created) VALUES (?, ?, ?)", runId, JSON.stringify(request), created);
    wake(created + STALE_SNAPSHOT_MS);

    const threshold = await this.#sampleThreshold(request, mask);
    const clustered = new BlockWriter(this.#context, runId, false);
    const noise = new BlockWriter(this.#context, runId, true);
    const paths = request.attributes.map(splitPath);
    let missingRows = 0;
    const take = (record: DocumentRecord) => {
      if ((record.present & mask) !== mask) {
        missingRows += 1;
      } else if (request.sample && rowHash(request.sample.seed, record.row) > threshold) {
        return;
      } else if (request.zeroIsNoise && mask !== 0 && (record.zero & mask) === mask) {
        noise.add(record.id, [clustered.rows, 0], null);
      } else {
        const attributes = paths.length > 0 ? attributeValues(record, paths) : null;
        clustered.add(record.id, [record.segment, record.segment_row], attributes);
      }
    };
    const match = select(request.filters);
    for await (const chunk of scan(db, match, paths.length > 0 || match.test ? "*" : PLACE)) chunk.forEach(take);
    const shape: FrozenShape = { rows: 0, noiseRows: 0, missingRows, features, revision: readRevision(db) };
    return db.transaction(() => {
      clustered.flush();
      noise.flush();
      shape.rows = clustered.rows;
      shape.noiseRows = noise.rows;
      if (mask !== 0) {
        const segments = JSON.stringify([...clustered.segments]);
        db.all("INSERT INTO snapshot_segments (run, segment) SELECT ?, value FROM json_each(?)", runId, segments);
      }
      db.all("UPDATE snapshots SET shape = ? WHERE run = ?", JSON.stringify(shape), runId);
      return shape;
    });
  }

  /** The hash that the sample's last row has; rows above it are left out. Infinity when all rows fit. */
  async #sampleThreshold({ sample, filters }: FreezeRequest, mask: number): Promise<number> {
    if (!sample) return Number.POSITIVE_INFINITY;
    const least = new LeastValues(sample.size);
    const match = select(filters);
    for await (const chunk of scan(this.#context.db, match, match.test ? "*" : PLACE)) {
      for (const record of chunk) {
        if ((record.present & mask) === mask) least.add(rowHash(sample.seed, record.row));
      }
    }
    return least.threshold;
  }

  page(runId: string, from: number, to: number): FrozenPage {
    const blocks = this.#blocks(runId, false, from, to);
    const documentIds = blocks.flatMap((block) => block.ids);
    const segments = Int32Array.from(blocks.flatMap((block) => block.places.map(([segment]) => segment)));
    const segmentRows = Int32Array.from(blocks.flatMap((block) => block.places.map(([, row]) => row)));
    const hasAttributes = blocks.some((block) => block.attributes !== null);
    return {
      documentIds,
      segments,
      segmentRows,
      segmentInfo: readSegments(this.#context.db, segments),
      attributes: hasAttributes ? blocks.flatMap((block) => block.attributes ?? []) : null,
    };
  }

  noise(runId: string, from: number, to: number): FrozenNoise {
    const blocks = this.#blocks(runId, true, from, to);
    return {
      documentIds: blocks.flatMap((block) => block.ids),
      before: Int32Array.from(blocks.flatMap((block) => block.places.map(([before]) => before))),
    };
  }

  /** The parts of the blocks that lie in [from, to). */
  #blocks(runId: string, noise: boolean, from: number, to: number) {
    const { db } = this.#context;
    if (this.finished(runId) === null) {
      throw new ShoalError("execution_not_found", `There is no snapshot of run ${runId}.`, { run_id: runId });
    }
    return db
      .all<Block>(
        `SELECT first, rows, ids, places, attributes FROM snapshot_blocks
         WHERE run = ? AND noise = ? AND first < ? AND first + rows > ? ORDER BY first`,
        runId,
        noise ? 1 : 0,
        to,
        from,
      )
      .map(({ first, rows, ids, places, attributes }) => {
        const start = Math.max(from - first, 0);
        const end = Math.min(to - first, rows);
        const pairs = new Int32Array(places);
        return {
          ids: (JSON.parse(ids) as string[]).slice(start, end),
          places: Array.from(
            { length: end - start },
            (_, i) => [pairs[2 * (start + i)]!, pairs[2 * (start + i) + 1]!] as const,
          ),
          attributes: attributes === null ? null : (JSON.parse(attributes) as string[]).slice(start, end),
        };
      });
  }

  release(runId: string): void {
    const { db, now, wake } = this.#context;
    db.transaction(() => {
      for (const table of ["snapshots", "snapshot_segments", "snapshot_blocks"]) {
        db.all(`DELETE FROM ${table} WHERE run = ?`, runId);
      }
    });
    wake(now() + 1000);
  }

  releaseStale(): void {
    const { db, now, wake } = this.#context;
    for (const { run, created } of db.all<{ run: string; created: number }>("SELECT run, created FROM snapshots")) {
      if (created + STALE_SNAPSHOT_MS <= now()) this.release(run);
      else wake(created + STALE_SNAPSHOT_MS);
    }
  }
}

class BlockWriter {
  readonly segments = new Set<number>();
  rows = 0;
  readonly #context: StoreContext;
  readonly #runId: string;
  readonly #noise: boolean;
  #ids: string[] = [];
  #places: number[] = [];
  #attributes: string[] = [];
  #bytes = 0;

  constructor(context: StoreContext, runId: string, noise: boolean) {
    this.#context = context;
    this.#runId = runId;
    this.#noise = noise;
  }

  /** `place` is (segment, row) of a clustered row, (clustered rows before, 0) of a noise row. */
  add(id: string, place: [number, number], attributes: string | null): void {
    this.#ids.push(id);
    this.#places.push(...place);
    if (!this.#noise && place[0] >= 0) this.segments.add(place[0]);
    if (attributes !== null) this.#attributes.push(attributes);
    this.#bytes += id.length + (attributes?.length ?? 0);
    this.rows += 1;
    if (this.#ids.length === BLOCK_ROWS || this.#bytes > BLOCK_BYTES) this.flush();
  }

  flush(): void {
    if (this.#ids.length === 0) return;
    this.#context.db.all(
      "INSERT INTO snapshot_blocks (run, noise, first, rows, ids, places, attributes) VALUES (?, ?, ?, ?, ?, ?, ?)",
      this.#runId,
      this.#noise ? 1 : 0,
      this.rows - this.#ids.length,
      this.#ids.length,
      JSON.stringify(this.#ids),
      Int32Array.from(this.#places).buffer,
      this.#attributes.length > 0 ? JSON.stringify(this.#attributes) : null,
    );
    this.#ids = [];
    this.#places = [];
    this.#attributes = [];
    this.#bytes = 0;
  }
}

/** Keeps the least `size` values seen: a heap whose root is the greatest of them. */
class LeastValues {
  readonly #heap: number[] = [];
  readonly #size: number;
  #seen = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get threshold(): number {
    return this.#seen <= this.#size ? Number.POSITIVE_INFINITY : (this.#heap[0] ?? -1);
  }

  add(value: number): void {
    this.#seen += 1;
    const heap = this.#heap;
    if (heap.length < this.#size) {
      let at = heap.push(value) - 1;
      for (let parent = (at - 1) >> 1; at > 0 && heap[parent]! < value; parent = (at - 1) >> 1) {
        heap[at] = heap[parent]!;
        at = parent;
      }
      heap[at] = value;
    } else if (this.#size > 0 && value < heap[0]!) {
      this.#sink(value);
    }
  }

  #sink(value: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! > heap[child]!) child += 1;
      if (heap[child]! <= value) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = value;
  }
}

/** A 53-bit hash of a row under a seed (two rounds of MurmurHash3's finaliser); distinct rows practically never meet. */
export function rowHash(seed: number, row: number): number {
  const high = mix(mix(seed | 0) ^ row ^ Math.imul(Math.floor(row / 2 ** 32), 0x9e3779b1));
  const low = mix(high ^ Math.imul(row | 0, 0x85ebca6b) ^ Math.floor(seed / 2 ** 32));
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}

function mix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function attributeValues(record: DocumentRecord, paths: string[][]): string {
  const view = filterView(record);
  const text = JSON.stringify(paths.map((path) => valueAt(view, path) ?? null));
  if (text.length > MAX_ATTRIBUTE_BYTES) {
    throw new ShoalError(
      "validation_failed",
      `The attributes of document '${record.id}' take ${text.length} characters; the limit is ${MAX_ATTRIBUTE_BYTES}.`,
      { document_id: record.id, limit: MAX_ATTRIBUTE_BYTES },
    );
  }
  return text;
}
