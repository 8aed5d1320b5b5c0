/**
 * A whole run in Node: the real state machine, coordinator, SQLite store, stages, kernels and Parquet writer over an object
 * store in memory, a queue that loses, repeats and shuffles, a clock that jumps, and processes that die.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DatabaseSync } from "node:sqlite";
import { initParquet } from "../../src/artifacts";
import type { RunRecord, RunSpec, TaskMessage } from "../../src/domain/run/types";
import { Coordinator, type CoordinatorServices } from "../../src/engine/coordinator";
import { LIMITS, type Limits } from "../../src/engine/limits";
import { plan } from "../../src/engine/planner";
import { RunStore, type SqlTransactions } from "../../src/engine/run-store";
import { freezeCollection } from "../../src/engine/stores";
import { type CoordinatorLink, type WorkServices, work } from "../../src/engine/work";
import { Workspace } from "../../src/engine/workspace";
import { type ArtifactFile, keys } from "../../src/objects/keys";
import { deletePrefix, type ObjectStore } from "../../src/objects/object-store";
import { languageModels } from "../../src/providers/language";
import { MemoryObjectStore } from "../support/memory-object-store";
import type { FakeCollection } from "./fake-collection";

// workerd's types forbid what Node allows: compiling a module from bytes.
const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;
const compile = (path: string) => new Module(readFileSync(path));
export const modules = {
  plain: compile(new URL("../../build/kernels.wasm", import.meta.url).pathname),
  relaxed: compile(new URL("../../build/kernels-relaxed.wasm", import.meta.url).pathname),
};
initParquet(compile(createRequire(import.meta.url).resolve("parquet-wasm/esm/parquet_wasm_bg.wasm")));

/** What goes wrong. Probabilities are per event; all zero is a peaceful world. */
export interface Chaos {
  seed: number;
  /** A message is delivered twice, or lost. */
  duplicate: number;
  lose: number;
  /** The consumer dies within an object store request of a task. */
  kill: number;
  /** The coordinator's process restarts between two deliveries. */
  restart: number;
  /** A task runs out of memory when its span of rows exceeds this. */
  memoryRows: number;
}

const PEACE: Chaos = { seed: 1, duplicate: 0, lose: 0, kill: 0, restart: 0, memoryRows: Number.POSITIVE_INFINITY };

export class Killed extends Error {}

/** What the engine asks of a collection's store. */
export type Collection = Pick<
  FakeCollection,
  "shape" | "freeze" | "frozen" | "frozenNoise" | "texts" | "payloads" | "get" | "release"
>;

export class World {
  /** The object store, unless the world was given another. */
  readonly objects = new MemoryObjectStore();
  readonly records: RunRecord[] = [];
  /** Kept answers of language models, which outlive a run. */
  answers = new Map<string, string>();
  /** No provider is configured unless a test says so. */
  language = languageModels({ ENVIRONMENT: "local" });
  readonly delivered: TaskMessage[] = [];
  readonly log: Record<string, unknown>[] = [];
  readonly #database = sqlite();
  readonly #queue: TaskMessage[] = [];
  readonly #store: ObjectStore;
  readonly #collections: Map<string, Collection>;
  readonly #limits: Limits;
  readonly #chaos: Chaos;
  readonly #random: () => number;
  readonly #isolates = [new Workspace(modules), new Workspace(modules)];
  /** Where set, each task has an isolate of its own, this one, and goes on with no other. */
  isolateFor: ((message: TaskMessage) => Promise<Workspace>) | null = null;
  /** Called before each delivery: a test's place to meddle. */
  beforeDelivery: ((message: TaskMessage) => Promise<void> | void) | null = null;
  spec: RunSpec;
  now = 1_000_000;
  alarmAt: number | null = null;
  coordinator: Coordinator;

  constructor(
    spec: RunSpec,
    collections: Map<string, Collection>,
    limits: Partial<Limits> = {},
    chaos: Partial<Chaos> = {},
    store?: ObjectStore,
  ) {
    this.spec = spec;
    this.#store = store ?? this.objects;
    this.#collections = collections;
    this.#limits = { ...LIMITS, ...limits };
    this.#chaos = { ...PEACE, ...chaos };
    this.#random = generator(this.#chaos.seed);
    this.coordinator = this.#open();
  }

  /** Starts the run and lets the world turn until it has ended and been told. */
  async run(): Promise<RunRecord> {
    await this.coordinator.start(this.spec);
    await this.settle();
    return (await this.coordinator.view())!.record;
  }

  /** Delivers what is queued and rings the alarm until the run's end is announced and nothing is left to do. */
  async settle(steps = 20_000): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.coordinator.drain();
      if (this.#random() < this.#chaos.restart) this.restart();
      const message = this.#take();
      if (message) await this.deliver(message);
      else if (!(await this.#pass())) return;
    }
    throw new Error("the run did not end");
  }

  async deliver(message: TaskMessage): Promise<void> {
    this.delivered.push(message);
    await this.beforeDelivery?.(message);
    const shared = this.#isolates[Math.floor(this.#random() * this.#isolates.length)]!;
    const workspace = (await this.isolateFor?.(message)) ?? shared;
    const life = { dead: false };
    try {
      await work(message, { ...this.workServices(this.#link(life), workspace), objects: this.#mortal(life) });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      workspace.memory.clear();
      workspace.drop();
    }
  }

  /** What a consumer works with, around a coordinator of the test's choice. */
  workServices(coordinator: CoordinatorLink, workspace = this.#isolates[0]!): WorkServices {
    return {
      objects: this.#store,
      workspace,
      collection: (_, collectionId) => this.#collection(collectionId),
      coordinator: () => coordinator,
      language: this.language,
      log: (event) => this.log.push(event),
    };
  }

  /** A new process over the same storage; the queue's backlog is gone. */
  restart(): void {
    this.#queue.length = 0;
    this.coordinator = this.#open();
    void this.coordinator.woken();
  }

  artifact(file: ArtifactFile): Uint8Array | null {
    const { namespaceId, clusterId, runId } = this.spec;
    return this.objects.objects.get(keys.artifact(namespaceId, clusterId, runId, file)) ?? null;
  }

  get scratchKeys(): string[] {
    return this.objects.keys.filter((key) => key.startsWith("scratch/"));
  }

  #open(): Coordinator {
    return new Coordinator(new RunStore(this.#database), this.#services());
  }

  #services(): CoordinatorServices {
    return {
      now: () => this.now,
      wake: (at) => {
        this.alarmAt = Math.min(this.alarmAt ?? at, at);
      },
      leaseMs: 15_000,
      freeze: (spec, index) => freezeCollection(spec, index, (id) => this.#collection(id)),
      plan: (spec, shape) => plan(spec, shape, this.#limits),
      send: async (messages) => {
        for (const message of messages) {
          if (this.#random() < this.#chaos.lose) continue;
          this.#queue.push(message);
          if (this.#random() < this.#chaos.duplicate) this.#queue.push(message);
        }
      },
      publish: async (spec, manifest) => {
        const key = keys.artifact(spec.namespaceId, spec.clusterId, spec.runId, "manifest.json");
        await this.#store.put(key, new TextEncoder().encode(JSON.stringify(manifest)));
      },
      record: async (record) => void this.records.push(record),
      release: async (spec) => {
        for (const { collectionId } of spec.collections) await this.#collection(collectionId).release(spec.runId);
      },
      clean: async ({ namespaceId, clusterId, runId }, artifacts) => {
        await deletePrefix(this.#store, keys.scratch(namespaceId, runId));
        if (artifacts) await deletePrefix(this.#store, keys.run(namespaceId, clusterId, runId));
      },
      answers: {
        known: async (_, keys) =>
          Object.fromEntries(keys.flatMap((key) => (this.answers.has(key) ? [[key, this.answers.get(key)!]] : []))),
        keep: async (_, answers) => {
          for (const [key, answer] of Object.entries(answers)) this.answers.set(key, answer);
        },
      },
      log: (event) => this.log.push(event),
    };
  }

  #take(): TaskMessage | null {
    if (this.#queue.length === 0) return null;
    const shuffled = this.#chaos.duplicate > 0 || this.#chaos.lose > 0;
    return this.#queue.splice(shuffled ? Math.floor(this.#random() * this.#queue.length) : 0, 1)[0]!;
  }

  /** Time jumps to the alarm; false when none is set. */
  async #pass(): Promise<boolean> {
    if (this.alarmAt === null) return false;
    this.now = Math.max(this.now, this.alarmAt);
    this.alarmAt = null;
    await this.coordinator.alarm();
    return true;
  }

  #collection(collectionId: string): Collection {
    return this.#collections.get(collectionId)!;
  }

  /** The coordinator as a consumer reaches it: not at all once the consumer is dead. */
  #link(life: { dead: boolean }) {
    const alive = <T>(call: () => Promise<T>): Promise<T> => (life.dead ? Promise.reject(new Killed()) : call());
    return {
      claim: async (...args: Parameters<Coordinator["claim"]>) => {
        const claim = await this.coordinator.claim(...args);
        return structuredClone(claim);
      },
      progress: (...args: Parameters<Coordinator["progress"]>) => alive(() => this.coordinator.progress(...args)),
      complete: (...args: Parameters<Coordinator["complete"]>) =>
        alive(async () => {
          const [task, outcome] = args;
          const more = outcome.more && this.isolateFor === null;
          return structuredClone(await this.coordinator.complete(task, { ...outcome, more }));
        }),
      knownAnswers: (...args: Parameters<Coordinator["knownAnswers"]>) =>
        alive(() => this.coordinator.knownAnswers(...args)),
      keepAnswers: (...args: Parameters<Coordinator["keepAnswers"]>) =>
        alive(() => this.coordinator.keepAnswers(...args)),
      fail: (...args: Parameters<Coordinator["fail"]>) => alive(() => this.coordinator.fail(...args)),
    };
  }

  /** The object store of a consumer that may die in any request, or lack the memory to write a large span. */
  #mortal(life: { dead: boolean }): ObjectStore {
    const request = async <T>(call: () => Promise<T>): Promise<T> => {
      if (this.#random() < this.#chaos.kill) life.dead = true;
      if (life.dead) throw new Killed();
      return call();
    };
    const objects = this.#store;
    return {
      get: (key) => request(() => objects.get(key)),
      range: (key, offset, length) => request(() => objects.range(key, offset, length)),
      stream: (key) => request(() => objects.stream(key)),
      head: (key) => request(() => objects.head(key)),
      put: (key, bytes) => {
        const span = /\/(\d+)-(\d+)$/.exec(key);
        if (span && key.includes("/ids.offsets/") && Number(span[2]) - Number(span[1]) > this.#chaos.memoryRows)
          throw new RangeError("Array buffer allocation failed");
        return request(() => objects.put(key, bytes));
      },
      writer: (key) => objects.writer(key),
      delete: (names) => request(() => objects.delete(names)),
      list: (prefix, cursor) => request(() => objects.list(prefix, cursor)),
    };
  }
}

/** Node's SQLite as a Durable Object's storage. */
export function sqlite(): SqlTransactions {
  const database = new DatabaseSync(":memory:");
  return {
    sql: {
      exec(query, ...bindings) {
        if (bindings.length === 0 && !/^\s*SELECT/i.test(query)) {
          database.exec(query);
          return { toArray: () => [] };
        }
        const rows = database.prepare(query).all(...bindings) as Record<string, unknown>[];
        return { toArray: () => rows };
      },
    },
    transactionSync(work) {
      database.exec("BEGIN");
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
