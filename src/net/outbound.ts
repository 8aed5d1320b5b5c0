/** How this deployment reaches the outside. Apart from `public-fetch.ts`, which needs nothing of the platform. */
import { type Env, isLocal } from "../env";
import type { Outbound } from "./public-fetch";

export const outbound = (env: Pick<Env, "ENVIRONMENT" | "DNS_OVER_HTTPS_URL">): Outbound => ({
  allowLocal: isLocal(env),
  fetch: (input, init) => fetch(input, init),
  resolver: env.DNS_OVER_HTTPS_URL || null,
});
