/**
 * Who calls, which namespace is meant and what the path names. Key, namespace and the path's cluster or collection are
 * read from D1 in one batch, because every further round trip would be waited for by every request.
 */
import { clusterOf, clustersNamed } from "../../db/clusters";
import { collectionOf, collectionsNamed } from "../../db/collections";
import { type Db, thatOf } from "../../db/connect";
import { keyByHash, type Scope } from "../../db/keys";
import { namespaceIdsNamed, namespacesNamed } from "../../db/namespaces";
import { ShoalError } from "../../domain/errors";
import { type AppContext, services } from "../context";
import { authorize, bearerHash, ROOT, requireScope } from "./auth";
import { limitRate } from "./rate-limit";

/** Who may call: a key with `scope` (null: anyone, without a key), and whether a namespace must be named. */
export interface Access {
  scope: Scope | null;
  namespaced: boolean;
}

/** Sets `auth`, `namespace` and `target`, or refuses: key, rate limit, scope, namespace, in this order. */
export async function admit(c: AppContext, { scope, namespaced }: Access): Promise<void> {
  if (scope === null) return;
  const hash = bearerHash(c);
  const identifier = namespaced ? c.req.header("x-namespace") || c.req.query("namespace") || null : null;
  const found = await lookUp(services(c).db, hash, identifier, c.req.param());
  authorize(c, hash === ROOT ? ROOT : found.key);
  await limitRate(c);
  requireScope(c, scope);
  if (!namespaced) return;
  if (!identifier) {
    throw new ShoalError(
      "namespace_required",
      "Name the namespace: send the header `X-Namespace` with its id or name.",
    );
  }
  const { namespace } = found;
  const { namespaces: visible } = c.var.auth;
  // One that the key may not see is answered like one that does not exist.
  if (!namespace || (visible && !visible.includes(namespace.id))) {
    throw new ShoalError("namespace_not_found", `There is no namespace "${identifier}".`, { id: identifier });
  }
  c.set("namespace", { id: namespace.id, name: namespace.name });
  c.set("target", found.target(namespace.id));
}

async function lookUp(db: Db, hash: string | typeof ROOT, namespace: string | null, params: Record<string, string>) {
  const { cluster_identifier: cluster, collection_identifier: collection } = params;
  const scope = namespace === null ? null : namespaceIdsNamed(db, namespace);
  const statements = {
    key: hash === ROOT ? null : keyByHash(db, hash),
    namespaces: namespace === null ? null : namespacesNamed(db, namespace),
    clusters: scope && cluster ? clustersNamed(db, scope, cluster) : null,
    collections: scope && collection ? collectionsNamed(db, scope, collection) : null,
  };
  const rows = await batch(db, statements);
  return {
    key: rows.key[0] ?? null,
    namespace: thatOf(rows.namespaces, namespace ?? ""),
    target: (namespaceId: string) => ({
      cluster: cluster ? { identifier: cluster, row: clusterOf(rows.clusters, namespaceId, cluster) } : null,
      collection: collection
        ? { identifier: collection, row: collectionOf(rows.collections, namespaceId, collection) }
        : null,
    }),
  };
}

type Statement = Parameters<Db["batch"]>[0][number] & PromiseLike<unknown[]>;
type RowsOf<S> = S extends PromiseLike<infer Rows> ? Rows : never;

/** The rows of each statement that is there, in one round trip; none of one that is null. */
async function batch<S extends Record<string, Statement | null>>(
  db: Db,
  statements: S,
): Promise<{ [Name in keyof S]: RowsOf<NonNullable<S[Name]>> }> {
  const named = Object.entries(statements).filter((entry): entry is [string, Statement] => entry[1] !== null);
  const [first, ...rest] = named.map(([, statement]) => statement);
  const results: unknown[] = first ? await db.batch([first, ...rest]) : [];
  const rows = Object.fromEntries(named.map(([name], i) => [name, results[i]]));
  return Object.fromEntries(Object.keys(statements).map((name) => [name, rows[name] ?? []])) as never;
}
