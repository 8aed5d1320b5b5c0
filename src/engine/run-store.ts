/**
 * A run's storage in its Durable Object: head, tasks, outbox and event log. A transition is one SQLite transaction that
 * writes only what changed: the head when it is another object, the tasks that are.
 */
import type { Effect, RunHead, RunState, TaskState, Transition } from "../domain/run/state";
import type { RunEvent } from "../domain/run/types";

/** What is used of `DurableObjectStorage`. */
export interface SqlTransactions {
  sql: { exec(query: string, ...bindings: (string | number | null)[]): { toArray(): Record<string, unknown>[] } };
  transactionSync<T>(work: () => T): T;
}

export interface OutboxEntry {
  id: number;
  effect: Effect;
  attempts: number;
  /** When (ms) it may be tried again. */
  due: number;
}

/** Events kept for clients that come late or come back. */
const EVENTS_KEPT = 500;

/** Append-only: a released schema step never changes. */
const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);
   CREATE TABLE IF NOT EXISTS tasks (position INTEGER PRIMARY KEY, json TEXT NOT NULL);
   CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL);
   CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, json TEXT NOT NULL);`,
];

export class RunStore {
  readonly #storage: SqlTransactions;

  constructor(storage: SqlTransactions) {
    this.#storage = storage;
    for (const step of SCHEMA) storage.sql.exec(step);
  }

  load(): RunState | null {
    const [head] = this.#read<RunHead>("SELECT json FROM head");
    return head ? { head, tasks: this.#read<TaskState>("SELECT json FROM tasks ORDER BY position") } : null;
  }

  /** Stores a transition: state, effects and events together or not at all. */
  save(before: RunState | null, { state, effects, events }: Pick<Transition, "state" | "effects" | "events">): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      if (before?.head !== state.head)
        sql.exec("INSERT OR REPLACE INTO head (id, json) VALUES (1, ?)", JSON.stringify(state.head));
      if (before?.tasks !== state.tasks) this.#saveTasks(before?.tasks ?? [], state.tasks);
      for (const effect of effects)
        sql.exec("INSERT INTO outbox (json, attempts, due) VALUES (?, 0, 0)", JSON.stringify(effect));
      for (const event of events) {
        sql.exec("INSERT OR REPLACE INTO events (seq, json) VALUES (?, ?)", event.seq, JSON.stringify(event));
        sql.exec("DELETE FROM events WHERE seq <= ?", event.seq - EVENTS_KEPT);
      }
    });
  }

  #saveTasks(before: TaskState[], tasks: TaskState[]): void {
    const { sql } = this.#storage;
    tasks.forEach((task, position) => {
      if (before[position] !== task)
        sql.exec("INSERT OR REPLACE INTO tasks (position, json) VALUES (?, ?)", position, JSON.stringify(task));
    });
    if (tasks.length < before.length) sql.exec("DELETE FROM tasks WHERE position >= ?", tasks.length);
  }

  outbox(): OutboxEntry[] {
    return this.#storage.sql
      .exec("SELECT id, json, attempts, due FROM outbox ORDER BY id")
      .toArray()
      .map((row) => ({
        id: row.id as number,
        effect: JSON.parse(row.json as string) as Effect,
        attempts: row.attempts as number,
        due: row.due as number,
      }));
  }

  carriedOut(id: number): void {
    this.#storage.sql.exec("DELETE FROM outbox WHERE id = ?", id);
  }

  postpone(id: number, attempts: number, due: number): void {
    this.#storage.sql.exec("UPDATE outbox SET attempts = ?, due = ? WHERE id = ?", attempts, due, id);
  }

  events(afterSeq: number): RunEvent[] {
    return this.#read<RunEvent>("SELECT json FROM events WHERE seq > ? ORDER BY seq", afterSeq);
  }

  lastEvent(): RunEvent | null {
    return this.#read<RunEvent>("SELECT json FROM events ORDER BY seq DESC LIMIT 1")[0] ?? null;
  }

  clear(): void {
    this.#storage.transactionSync(() => {
      for (const table of ["head", "tasks", "outbox", "events"]) this.#storage.sql.exec(`DELETE FROM ${table}`);
    });
  }

  #read<T>(query: string, ...bindings: number[]): T[] {
    return this.#storage.sql
      .exec(query, ...bindings)
      .toArray()
      .map((row) => JSON.parse(row.json as string) as T);
  }
}
