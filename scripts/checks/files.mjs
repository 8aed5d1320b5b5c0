/** The repository's files, as git would commit them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { inRoot, root } from "../lib/paths.mjs";

const BINARY = /\.(png|jpg|ico|wasm|parquet|arrow|gz|f32)$/;

/** Tracked files and new ones that git does not ignore, relative to the root. */
export function repositoryFiles() {
  const output = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return output.split("\0").filter((name) => name && existsSync(inRoot(name)));
}

export const textFiles = () => repositoryFiles().filter((name) => !BINARY.test(name));

export const readText = (name) => readFileSync(inRoot(name), "utf8");
