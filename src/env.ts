import type { CollectionStore } from "../durable-objects/collection-store";
import type { RateLimiter } from "../durable-objects/rate-limiter";
import type { RunCoordinator } from "../durable-objects/run-coordinator";
import type { TaskMessage } from "./domain/run/types";
import type { JobMessage } from "./jobs/contract";
import type { ObjectGateway } from "./objects/gateway";

import type { EmbeddingEnv } from "./providers/embeddings";
import type { FileEnv } from "./providers/files";
import type { LlmEnv } from "./providers/settings";

/**
 * The bindings of both roles (see wrangler.toml). The API has all but `STORE`; the compute Worker has `DATA`, `STORE`,
 * `COLLECTIONS` and `RUNS`. `src/index.ts` is the only place that looks at `ROLE`.
 */
export interface Env extends LlmEnv, Omit<FileEnv, "ENVIRONMENT">, Omit<EmbeddingEnv, "ENVIRONMENT" | "AI"> {
  ROLE: "api" | "compute" | "all";
  ENVIRONMENT: "local" | "production" | (string & {});
  SHOAL_ROOT_KEY?: string;
  /** What users entrusted is sealed by it, by the root key where there is none; `…_PREVIOUS` still opens. See src/secrets. */
  SECRETS_KEY?: string;
  SECRETS_KEY_PREVIOUS?: string;
  RATE_LIMIT_PER_MINUTE?: string;
  /** Milliseconds without progress after which a task's lease ends; a string because variables are. */
  LEASE_MS?: string;
  /** DNS over HTTPS in JSON, e.g. `https://cloudflare-dns.com/dns-query`: names that users give are resolved before they are asked. */
  DNS_OVER_HTTPS_URL?: string;
  /** Mail goes through an HTTP provider: where to post, the bearer key, and the sender. See docs/design/webhooks.md. */
  EMAIL_API_URL?: string;
  EMAIL_API_KEY?: string;
  EMAIL_FROM?: string;
  DB: D1Database;
  DATA: R2Bucket;
  ASSETS: Fetcher;
  COLLECTIONS: DurableObjectNamespace<CollectionStore>;
  RUNS: DurableObjectNamespace<RunCoordinator>;
  LIMITS: DurableObjectNamespace<RateLimiter>;
  TASKS: Queue<TaskMessage>;
  /** The API role only: what follows an answer or a run. */
  JOBS: Queue<JobMessage>;
  STORE?: Service<typeof ObjectGateway>;
}

/** The key of the local server's example configuration: refused outside `ENVIRONMENT=local`. */
export const LOCAL_ROOT_KEY = "sk_local_dev";

export const isLocal = (env: Pick<Env, "ENVIRONMENT">): boolean => env.ENVIRONMENT === "local";
