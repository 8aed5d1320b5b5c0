import { unpackError } from "../domain/errors";
import type { Env } from "../env";
import type { CollectionStoreApi } from "./contract";

/** The store of a collection, its errors restored: what is thrown on the other side of the RPC is thrown here. */
export function collectionStore(env: Pick<Env, "COLLECTIONS">, collectionId: string): CollectionStoreApi {
  // The stub's own type gives up on payloads of unknown shape; the object behind it implements this interface.
  const stub = env.COLLECTIONS.getByName(collectionId) as unknown as CollectionStoreApi;
  return new Proxy(stub, {
    get: (target, method: keyof CollectionStoreApi) => {
      return async (...args: unknown[]) => {
        try {
          return await (target[method] as (...args: unknown[]) => Promise<unknown>)(...args);
        } catch (error) {
          throw unpackError(error);
        }
      };
    },
  });
}
