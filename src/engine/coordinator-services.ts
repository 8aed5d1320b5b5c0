/** The platform behind a coordinator: stores, queue, buckets, D1. */

import { keepAnswers, knownAnswers } from "../db/label-cache";
import { storeName } from "../documents/client";
import type { RunRecord } from "../domain/run/types";
import type { Env } from "../env";
import { wake } from "../jobs/enqueue";
import { keys } from "../objects/keys";
import { deletePrefix } from "../objects/object-store";
import { R2ObjectStore } from "../objects/r2";
import type { CoordinatorServices } from "./coordinator";
import { plan } from "./planner";
import { freezeCollection } from "./stores";

/** Milliseconds without a sign of life after which a task is given to another; heartbeats come twice a second. */
const LEASE_MS = 15_000;
/** Messages of one `sendBatch`. https://developers.cloudflare.com/queues/platform/limits/ */
const BATCH_MESSAGES = 100;

export function coordinatorServices(
  env: Env,
  recordRun: (db: D1Database, record: RunRecord) => Promise<string[]>,
  wakeAt: (at: number) => void,
): CoordinatorServices {
  const objects = new R2ObjectStore(env.DATA);
  const store = (namespaceId: string) => (collectionId: string) =>
    env.COLLECTIONS.getByName(storeName(namespaceId, collectionId));
  return {
    now: Date.now,
    wake: wakeAt,
    leaseMs: Number(env.LEASE_MS) || LEASE_MS,
    freeze: (spec, index) => freezeCollection(spec, index, store(spec.namespaceId)),
    plan,
    async send(messages) {
      for (let from = 0; from < messages.length; from += BATCH_MESSAGES)
        await env.TASKS.sendBatch(messages.slice(from, from + BATCH_MESSAGES).map((body) => ({ body })));
    },
    async publish({ namespaceId, clusterId, runId }, manifest) {
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      await objects.put(keys.artifact(namespaceId, clusterId, runId, "manifest.json"), new TextEncoder().encode(text));
    },
    record: async (record) => wake(env, await recordRun(env.DB, record)),
    async release({ namespaceId, runId, collections }) {
      for (const { collectionId } of collections) await store(namespaceId)(collectionId).release(runId);
    },
    async clean({ namespaceId, clusterId, runId }, artifacts) {
      await deletePrefix(objects, keys.scratch(namespaceId, runId));
      if (artifacts) await deletePrefix(objects, keys.run(namespaceId, clusterId, runId));
    },
    answers: {
      known: (namespaceId, keys) => knownAnswers(env.DB, namespaceId, keys, Date.now()),
      keep: (namespaceId, answers, ttlSeconds) =>
        keepAnswers(env.DB, namespaceId, answers, Date.now() + ttlSeconds * 1000),
    },
    log: (event) => console.error(JSON.stringify(event)),
  };
}
