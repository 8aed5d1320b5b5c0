/** What an operation can reach: the caller, the namespace and the planes behind the API. */
import type { Context } from "hono";
import type { ClusterRow } from "../db/clusters";
import type { CollectionRow } from "../db/collections";
import type { Db } from "../db/connect";
import type { Scope } from "../db/keys";
import { collectionStore } from "../documents/client";
import type { CollectionStoreApi } from "../documents/contract";
import type { RunCoordinatorApi } from "../engine/contract";
import type { Env } from "../env";
import type { ObjectStore } from "../objects/object-store";
import { planes } from "../planes";

export { planes };

export interface Auth {
  /** `key_…`, or `root` for the deployment's root key. */
  keyId: string;
  scopes: Scope[];
  /** Ids of the namespaces that the key may see; null for all. */
  namespaces: string[] | null;
  root: boolean;
}

export interface NamespaceRef {
  id: string;
  name: string;
}

/** What the path names by id or name; `row` is null where it does not exist in the namespace. */
export interface Target {
  cluster: { identifier: string; row: ClusterRow | null } | null;
  collection: { identifier: string; row: CollectionRow | null } | null;
}

export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    /** Set before any handler runs; absent only on operations that need no key. */
    auth: Auth;
    /** Set on namespaced operations. */
    namespace: NamespaceRef;
    /** Set on namespaced operations: the cluster or collection that the path names, as it was found (or not). */
    target: Target;
  };
}

export type AppContext = Context<AppEnv>;

export interface Services {
  db: Db;
  objects: ObjectStore;
  /** A collection's store. Its rejections are `ShoalError`s again. */
  collectionStore(collectionId: string, namespaceId?: string): CollectionStoreApi;
  /** A run's coordinator. Its rejections are `ShoalError`s again. */
  run(runId: string): RunCoordinatorApi;
}

export function services(c: AppContext): Services {
  return {
    ...planes(c.env),
    collectionStore: (collectionId, namespaceId = c.var.namespace.id) =>
      collectionStore(c.env, namespaceId, collectionId),
  };
}
