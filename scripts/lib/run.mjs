import { spawn } from "node:child_process";
import { plain } from "./output.mjs";
import { modernNode, root } from "./paths.mjs";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill();
});

/**
 * Runs a program to its end, in the repository's root and in this process group.
 * With `quiet` its output is collected and returned; otherwise the user sees it.
 */
export function run(command, args, { quiet = false, env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    });
    running.add(child);
    child.on("exit", () => running.delete(child));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? 128, signal, output: plain(output), ok: code === 0 }));
  });
}

/** Runs an installed tool (see `tool` in paths.mjs) with the Node that it needs. */
export const runTool = (tool, args, options) => run(modernNode(), [...tool, ...args], options);
