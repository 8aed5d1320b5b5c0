import { type Env, isLocal } from "../env";
import { RemoteObjectStore } from "./gateway";
import type { ObjectStore } from "./object-store";
import { R2ObjectStore } from "./r2";

/** The object store of this role: the API's bucket over RPC in the local compute process, the R2 binding elsewhere. */
export function objectStore(env: Pick<Env, "ENVIRONMENT" | "DATA" | "STORE">): ObjectStore {
  return env.STORE && isLocal(env) ? new RemoteObjectStore(env.STORE) : new R2ObjectStore(env.DATA);
}
