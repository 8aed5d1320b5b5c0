import { applyD1Migrations, env } from "cloudflare:test";

// Runs once per test file, before its tests: storage is isolated per file.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
