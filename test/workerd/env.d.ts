import type { Env as ShoalEnv } from "../../src/env";

declare global {
  namespace Cloudflare {
    interface Env extends ShoalEnv {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}
