/** The CollectionStore without its platform: a SQLite database, an object store, a clock and an alarm. */
import { ShoalError } from "../../domain/errors";
import type { Filter } from "../../domain/filters/model";
import type { Written } from "../../events/written";
import { keys } from "../../objects/keys";
import { deletePrefix, type ObjectStore } from "../../objects/object-store";
import type {
  AggregatePage,
  AggregateQuery,
  BatchSummary,
  CollectionStoreApi,
  DocumentTarget,
  EditResult,
  FreezeRequest,
  FrozenNoise,
  FrozenPage,
  FrozenShape,
  GroupPage,
  GroupQuery,
  ImportOutcome,
  ListPage,
  ListQuery,
  PayloadText,
  Revision,
  RowError,
  SegmentInfo,
  StagedDocument,
  StoreConfig,
  StoredDocument,
  TextsRequest,
} from "../contract";
import { aggregate } from "./aggregate";
import { Batches } from "./batches";
import { readConfig, type StoreContext } from "./context";
import { type Database, Gate, migrate } from "./database";
import { Edits, notFound } from "./edits";
import { Maintenance } from "./maintenance";
import { Reader } from "./read";
import { readRevision } from "./revision";
import { Snapshots } from "./snapshots";
import { Texts } from "./texts";

const TOLD_AGAIN_MS = 60_000;

/** Bits of `present` and `zero`. */
export const MAX_FEATURES = 31;

export interface StorePlatform {
  db: Database;
  objects: ObjectStore;
  now(): number;
  wake(at: number): void;
}

export class DocumentStore implements CollectionStoreApi {
  readonly #context: StoreContext;
  readonly #reader: Reader;
  readonly #batches: Batches;
  readonly #edits: Edits;
  readonly #snapshots: Snapshots;
  readonly #maintenance: Maintenance;
  readonly #texts: Texts;

  constructor(platform: StorePlatform) {
    migrate(platform.db);
    const context = { ...platform, gate: new Gate() };
    this.#context = context;
    this.#reader = new Reader(context);
    this.#batches = new Batches(context);
    this.#edits = new Edits(context);
    this.#snapshots = new Snapshots(context);
    this.#maintenance = new Maintenance(context);
    this.#texts = new Texts(context);
  }

  async configure(config: StoreConfig): Promise<void> {
    if (config.features.length > MAX_FEATURES) {
      const count = config.features.length;
      throw new ShoalError("validation_failed", `A collection has at most ${MAX_FEATURES} features, not ${count}.`);
    }
    const sql =
      "INSERT INTO config (only, value) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET value = excluded.value";
    this.#context.db.all(sql, JSON.stringify(config));
  }

  async begin(batchId: string): Promise<BatchSummary> {
    readConfig(this.#context.db);
    return this.#batches.begin(batchId);
  }

  async stage(
    batchId: string,
    segment: Omit<SegmentInfo, "id"> | null,
    documents: StagedDocument[],
  ): Promise<RowError[]> {
    return this.#batches.stage(batchId, segment, documents);
  }

  commit(batchId: string, outcome: ImportOutcome): Promise<BatchSummary> {
    return this.#context.gate.run(() => this.#batches.commit(batchId, outcome));
  }

  abandon(batchId: string): Promise<void> {
    return this.#context.gate.run(() => this.#batches.abandon(batchId));
  }

  async batch(batchId: string): Promise<BatchSummary | null> {
    return this.#batches.get(batchId);
  }

  get(documentId: string, returnVectors: boolean): Promise<StoredDocument | null> {
    return this.#reader.get(documentId, returnVectors);
  }

  many(documentIds: string[], returnVectors: boolean): Promise<(StoredDocument | null)[]> {
    return this.#reader.many(documentIds, returnVectors);
  }

  list(query: ListQuery): Promise<ListPage> {
    return this.#reader.list(query);
  }

  groups(query: GroupQuery): Promise<GroupPage> {
    return this.#reader.groups(query);
  }

  aggregate(query: AggregateQuery): Promise<AggregatePage> {
    return aggregate(this.#context.db, query);
  }

  count(filters: Filter | null): Promise<number> {
    return this.#reader.count(filters);
  }

  async texts(request: TextsRequest): Promise<PayloadText[][]> {
    return this.#texts.texts(request);
  }

  async payloads(documentIds: string[]): Promise<(string | null)[]> {
    return this.#texts.payloads(documentIds);
  }

  async update(documentId: string, data: Record<string, unknown>, mode: "merge" | "replace"): Promise<StoredDocument> {
    await this.#context.gate.run(() => this.#edits.update(documentId, data, mode));
    const document = await this.#reader.get(documentId, false);
    if (!document) throw notFound(documentId);
    return document;
  }

  updateEach(updates: { documentId: string; data: Record<string, unknown> }[]): Promise<EditResult[]> {
    return this.#context.gate.run(() => this.#edits.updateEach(updates));
  }

  updateWhere(filters: Filter | null, data: Record<string, unknown>): Promise<number> {
    return this.#context.gate.run(() => this.#edits.updateWhere(filters, data));
  }

  delete(target: DocumentTarget): Promise<{ count: number; results: EditResult[] }> {
    return this.#context.gate.run(() => this.#edits.delete(target));
  }

  shape(filters: Filter | null, features: string[]): Promise<FrozenShape> {
    return this.#snapshots.shape(filters, features);
  }

  async revision(): Promise<Revision> {
    return readRevision(this.#context.db);
  }

  async freeze(request: FreezeRequest): Promise<FrozenShape> {
    return this.#snapshots.finished(request.runId) ?? this.#context.gate.run(() => this.#snapshots.freeze(request));
  }

  async frozen(runId: string, from: number, to: number): Promise<FrozenPage> {
    return this.#snapshots.page(runId, from, to);
  }

  async frozenNoise(runId: string, from: number, to: number): Promise<FrozenNoise> {
    return this.#snapshots.noise(runId, from, to);
  }

  release(runId: string): Promise<void> {
    return this.#context.gate.run(() => this.#snapshots.release(runId));
  }

  async maintain(): Promise<void> {
    await this.#context.gate.run(() => this.#batches.abandonStale());
    await this.#context.gate.run(() => this.#snapshots.releaseStale());
    await this.#maintenance.run();
  }

  /**
   * Tells of the batches that were committed since. The request that wrote a batch tells of it too, under the same id; this is for the one
   * that ended between its commit and its word. What fails is tried again a minute later.
   */
  async tell(announce: (config: StoreConfig, written: Written) => Promise<void>): Promise<void> {
    const { db, now, wake } = this.#context;
    for (let batches = this.#batches.untold(); batches.length > 0; batches = this.#batches.untold()) {
      wake(now() + TOLD_AGAIN_MS);
      for (const batch of batches) {
        await announce(readConfig(db), batch);
        this.#batches.told(batch.batchId);
      }
    }
  }

  destroy(): Promise<void> {
    return this.#context.gate.run(async () => {
      const { db, objects } = this.#context;
      const [configured] = db.all<{ value: string }>("SELECT value FROM config");
      if (configured) {
        const { namespaceId, collectionId } = readConfig(db);
        await deletePrefix(objects, keys.collection(namespaceId, collectionId));
      }
      db.transaction(() => {
        const tables = db.all<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
        );
        for (const { name } of tables) if (name !== "migrations") db.all(`DELETE FROM ${name}`);
      });
    });
  }
}
