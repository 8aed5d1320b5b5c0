import type { CollectionFeature, ListQuery } from "../../src/documents/contract";
import { DocumentStore } from "../../src/documents/store/store";
import { MemoryObjectStore } from "./memory-object-store";
import { SqliteDatabase } from "./sqlite-database";

export const FEATURES: CollectionFeature[] = [
  { uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: 3 },
  { uri: "mixpeek://passthrough@v1/text", name: "text", dimensions: 2 },
];

/** A store over storage that outlives it: `restart` drops the instance and opens another, as an eviction does. */
export class StoreHarness {
  readonly db = new SqliteDatabase();
  readonly objects = new MemoryObjectStore();
  readonly config: { namespaceId: string; collectionId: string; features: CollectionFeature[] };
  time = Date.UTC(2026, 0, 1);
  alarm: number | null = null;
  #generation = 0;
  store = this.#open();

  constructor(features = FEATURES) {
    this.config = { namespaceId: "ns_1", collectionId: "col_1", features };
  }

  static async create(features = FEATURES): Promise<StoreHarness> {
    const harness = new StoreHarness(features);
    await harness.store.configure(harness.config);
    return harness;
  }

  restart(): DocumentStore {
    this.store = this.#open();
    return this.store;
  }

  /** Lets time pass; the alarm rings as often as it is set meanwhile. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    while (this.alarm !== null && this.alarm <= end) {
      this.time = Math.max(this.time, this.alarm);
      this.alarm = null;
      await this.store.maintain();
    }
    this.time = end;
  }

  target(batchId: string) {
    return { objects: this.objects, store: this.store, config: this.config, batchId };
  }

  #open(): DocumentStore {
    this.#generation += 1;
    const generation = this.#generation;
    // What an evicted instance still tries to do has no effect.
    const db = () => {
      if (generation !== this.#generation) throw new Error("this instance of the store is gone");
      return this.db;
    };
    return new DocumentStore({
      db: {
        all: (query, ...params) => db().all(query, ...params),
        each: (query, ...params) => db().each(query, ...params),
        transaction: (work) => db().transaction(work),
      },
      objects: this.objects,
      now: () => this.time,
      wake: (at) => {
        this.alarm = this.alarm === null ? at : Math.min(this.alarm, at);
      },
    });
  }
}

export const listQuery = (query: Partial<ListQuery> = {}): ListQuery => ({
  filters: null,
  sort: [],
  search: null,
  limit: 10,
  offset: 0,
  cursor: null,
  includeTotal: false,
  returnVectors: false,
  ...query,
});
