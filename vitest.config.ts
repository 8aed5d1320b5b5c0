import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/**
 * Packages without source maps: from the second test file on, all modules of the first reach workerd as one message, which may have
 * 32 MiB, and the maps of packages would be more than half of it.
 */
const leanPackages = {
  name: "lean-packages",
  enforce: "post" as const,
  transform: (code: string, id: string) =>
    id.includes("/node_modules/") ? { code, map: { mappings: "" as const } } : null,
};

/** `node`: pure logic, kernels, tools that read artifacts. `workerd`: what needs the platform, as one Worker of both roles. */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "node", include: ["test/**/*.test.{ts,mjs}"], exclude: ["test/workerd/**"], testTimeout: 60_000 },
      },
      {
        plugins: [
          leanPackages,
          cloudflareTest(async () => ({
            wrangler: { configPath: "./test/workerd/wrangler.toml" },
            miniflare: { bindings: { TEST_MIGRATIONS: await readD1Migrations("./migrations") } },
          })),
        ],
        test: {
          name: "workerd",
          include: ["test/workerd/**/*.test.ts"],
          setupFiles: ["./test/workerd/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: "istanbul",
      reporter: ["text-summary", "json-summary"],
      include: ["src/**/*.ts", "durable-objects/**/*.ts"],
    },
  },
});
