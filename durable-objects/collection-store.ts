import { DurableObject } from "cloudflare:workers";
import { connect } from "../src/db/connect";
import type { CollectionStoreApi } from "../src/documents/contract";
import type { SqlValue } from "../src/documents/store/database";
import { DocumentStore } from "../src/documents/store/store";
import { packError, ShoalError } from "../src/domain/errors";
import type { Env } from "../src/env";
import { announce } from "../src/events/announce";
import { writtenEvent } from "../src/events/written";
import { objectStore } from "../src/objects/of-role";

type Args<Method extends keyof CollectionStoreApi> = Parameters<CollectionStoreApi[Method]>;

/** One collection's documents. A shell: what it does is in `src/documents/store`. */
export class CollectionStore extends DurableObject<Env> implements CollectionStoreApi {
  #store: DocumentStore;
  #alarm: number | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = this.#open();
    ctx.blockConcurrencyWhile(async () => {
      this.#alarm = await ctx.storage.getAlarm();
    });
  }

  #open(): DocumentStore {
    const { storage } = this.ctx;
    return new DocumentStore({
      db: {
        all: <Row>(query: string, ...params: SqlValue[]) => storage.sql.exec(query, ...params).toArray() as Row[],
        each: <Row>(query: string, ...params: SqlValue[]) => storage.sql.exec(query, ...params) as Iterable<Row>,
        transaction: (work) => storage.transactionSync(work),
      },
      objects: objectStore(this.env),
      now: () => Date.now(),
      wake: (at) => this.#wake(at),
    });
  }

  /** Set without a pause, so that the alarm is stored together with what it is for. */
  #wake(at: number): void {
    if (this.#alarm !== null && this.#alarm <= at) return;
    this.#alarm = at;
    void this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    this.#alarm = null;
    // What could not be told is told by a later alarm; files must not wait for it.
    await this.#tell().catch((error: unknown) =>
      console.error(JSON.stringify({ event: "batches_untold", reason: String(error) })),
    );
    await this.#store.maintain();
  }

  #tell(): Promise<void> {
    const db = connect(this.env.DB);
    return this.#store.tell(async ({ namespaceId, collectionId }, written) => {
      const event = writtenEvent(collectionId, written);
      if (event) await announce(this.env, db, { ...event, namespaceId });
    });
  }

  async #run<T>(call: (store: DocumentStore) => Promise<T>): Promise<T> {
    try {
      return await call(this.#store);
    } catch (error) {
      throw error instanceof ShoalError ? packError(error) : error;
    }
  }

  configure(...args: Args<"configure">) {
    return this.#run((store) => store.configure(...args));
  }
  begin(...args: Args<"begin">) {
    return this.#run((store) => store.begin(...args));
  }
  stage(...args: Args<"stage">) {
    return this.#run((store) => store.stage(...args));
  }
  commit(...args: Args<"commit">) {
    return this.#run((store) => store.commit(...args));
  }
  abandon(...args: Args<"abandon">) {
    return this.#run((store) => store.abandon(...args));
  }
  batch(...args: Args<"batch">) {
    return this.#run((store) => store.batch(...args));
  }
  get(...args: Args<"get">) {
    return this.#run((store) => store.get(...args));
  }
  many(...args: Args<"many">) {
    return this.#run((store) => store.many(...args));
  }
  list(...args: Args<"list">) {
    return this.#run((store) => store.list(...args));
  }
  groups(...args: Args<"groups">) {
    return this.#run((store) => store.groups(...args));
  }
  aggregate(...args: Args<"aggregate">) {
    return this.#run((store) => store.aggregate(...args));
  }
  count(...args: Args<"count">) {
    return this.#run((store) => store.count(...args));
  }
  texts(...args: Args<"texts">) {
    return this.#run((store) => store.texts(...args));
  }
  payloads(...args: Args<"payloads">) {
    return this.#run((store) => store.payloads(...args));
  }
  update(...args: Args<"update">) {
    return this.#run((store) => store.update(...args));
  }
  updateEach(...args: Args<"updateEach">) {
    return this.#run((store) => store.updateEach(...args));
  }
  updateWhere(...args: Args<"updateWhere">) {
    return this.#run((store) => store.updateWhere(...args));
  }
  delete(...args: Args<"delete">) {
    return this.#run((store) => store.delete(...args));
  }
  revision() {
    return this.#run((store) => store.revision());
  }
  shape(...args: Args<"shape">) {
    return this.#run((store) => store.shape(...args));
  }
  freeze(...args: Args<"freeze">) {
    return this.#run((store) => store.freeze(...args));
  }
  frozen(...args: Args<"frozen">) {
    return this.#run((store) => store.frozen(...args));
  }
  frozenNoise(...args: Args<"frozenNoise">) {
    return this.#run((store) => store.frozenNoise(...args));
  }
  release(...args: Args<"release">) {
    return this.#run((store) => store.release(...args));
  }
  maintain() {
    return this.#run((store) => store.maintain());
  }
  async destroy(): Promise<void> {
    await this.#run((store) => store.destroy());
    this.#alarm = null;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#store = this.#open();
  }
}
