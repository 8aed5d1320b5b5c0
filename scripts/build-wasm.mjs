/**
 * Compiles asm/ twice: build/kernels.wasm (plain SIMD, the same bits on every machine) and build/kernels-relaxed.wasm (fused
 * multiply-add, which a processor may round differently). Does nothing when both are newer than every source.
 *
 *   node scripts/build-wasm.mjs [--force]
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const COMPILER = join(ROOT, "node_modules", "assemblyscript", "bin", "asc.js");
const BUILDS = [
  { output: "build/kernels.wasm", features: ["simd"] },
  { output: "build/kernels-relaxed.wasm", features: ["simd", "relaxed-simd"] },
];
const OPTIONS = ["--optimizeLevel", "3", "--shrinkLevel", "0", "--noAssert", "--runtime", "stub", "--importMemory"];

function newestSource() {
  const sources = readdirSync(join(ROOT, "asm"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return Math.max(...[...sources, fileURLToPath(import.meta.url), COMPILER].map((file) => statSync(file).mtimeMs));
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
  const newest = newestSource();
  for (const build of BUILDS) {
    const file = join(ROOT, build.output);
    if (!force && existsSync(file) && statSync(file).mtimeMs > newest) continue;
    compile(build);
    console.log(`${build.output}: ${statSync(file).size} bytes`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildWasm({ force: process.argv.includes("--force") });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
