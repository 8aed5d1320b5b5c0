/**
 * Compiles asm/ twice: build/kernels.wasm (plain SIMD, the same bits on every machine) and build/kernels-relaxed.wasm (fused
 * multiply-add, which a processor may round differently). Does nothing when both were made of the sources as they are.
 *
 *   node scripts/build-wasm.mjs [--force]
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const COMPILER = join(ROOT, "node_modules", "assemblyscript", "bin", "asc.js");
const COMPILER_VERSION = join(ROOT, "node_modules", "assemblyscript", "package.json");
/** What the builds were made of. */
const STAMP = join(ROOT, "build", "sources.sha256");
const BUILDS = [
  { output: "build/kernels.wasm", features: ["simd"] },
  { output: "build/kernels-relaxed.wasm", features: ["simd", "relaxed-simd"] },
];
const OPTIONS = ["--optimizeLevel", "3", "--shrinkLevel", "0", "--noAssert", "--runtime", "stub", "--importMemory"];

/** Of the sources and of what compiles them. Times would not do: a build folder that was copied is newer than any source. */
function sourcesHash() {
  const sources = readdirSync(join(ROOT, "asm"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of [...sources, fileURLToPath(import.meta.url), COMPILER_VERSION])
    hash.update(`${relative(ROOT, file)}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function compile({ output, features }) {
  // Written aside and renamed, so that whoever reads meanwhile sees a whole module.
  const partial = `${output}.${process.pid}`;
  const enable = features.flatMap((feature) => ["--enable", feature]);
  const result = spawnSync(process.execPath, [COMPILER, "asm/index.ts", "--outFile", partial, ...OPTIONS, ...enable], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (result.status !== 0) throw new Error(`asc failed for ${output} with status ${result.status}`);
  renameSync(join(ROOT, partial), join(ROOT, output));
}

export function buildWasm({ force = false } = {}) {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const [wanted, builds] = [sourcesHash(), BUILDS.map(({ output }) => join(ROOT, output))];
  const built = existsSync(STAMP) && builds.every((file) => existsSync(file)) ? readFileSync(STAMP, "utf8") : "";
  if (!force && built === wanted) return;
  for (const build of BUILDS) {
    compile(build);
    console.log(`${build.output}: ${statSync(join(ROOT, build.output)).size} bytes`);
  }
  writeFileSync(STAMP, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildWasm({ force: process.argv.includes("--force") });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
