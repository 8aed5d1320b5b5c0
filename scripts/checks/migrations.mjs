/** Whether migrations/ says what src/db/schema.ts says: drizzle-kit, asked for the next migration, must find none. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { inRoot, root, tool } from "../lib/paths.mjs";
import { runTool } from "../lib/run.mjs";

const sqlFiles = (folder) => readdirSync(folder).filter((name) => name.endsWith(".sql"));

export async function migrations() {
  const copy = mkdtempSync(inRoot(".shoal/migrations-"));
  try {
    cpSync(inRoot("migrations"), copy, { recursive: true });
    const before = sqlFiles(copy);
    const schema = ["--dialect", "sqlite", "--schema", "./src/db/schema.ts", "--casing", "snake_case"];
    const { ok, output } = await runTool(tool.drizzleKit, ["generate", ...schema, "--out", relative(root, copy)], {
      quiet: true,
    });
    if (!ok) return [output.trim()];
    const missing = sqlFiles(copy).filter((name) => !before.includes(name));
    return missing.map(() => "src/db/schema.ts has changes without a migration: run npm run db:generate");
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
