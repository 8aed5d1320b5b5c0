/** The libraries that are compared with, each in a process of its own and on one thread. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { inRoot, modernNode } from "../../scripts/lib/paths.mjs";

const PYTHON = "/usr/bin/python3";
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", NUMBA_NUM_THREADS: "1" };

/**
 * bench/native/SCRIPT.py: rows on its standard input, one line of JSON with `seconds` as its answer. Null where it is not installed.
 * @returns {Promise<{seconds: number, [figure: string]: number} | null>}
 */
export async function nativeReference({ script }, params, data, repeats) {
  if (!existsSync(PYTHON)) return null;
  const request = JSON.stringify({ rows: data.rows, dimensions: data.dimensions, repeats, params });
  return reference(PYTHON, [inRoot("bench", "native", `${script}.py`), request], data);
}

/** bench/peers/SCRIPT.mjs, in the same way. */
export async function javascriptPeer({ script }, params, data) {
  if (!existsSync(inRoot("bench", "peers", "node_modules"))) return null;
  const request = JSON.stringify({ rows: data.rows, dimensions: data.dimensions, params });
  return reference(modernNode(), [inRoot("bench", "peers", `${script}.mjs`), request], data);
}

/** Exit code 3 says that the library is not installed. Not the synchronous form: connections to a server would go stale meanwhile. */
function reference(program, args, { values }) {
  const input = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const child = spawn(program, args, { env: { ...process.env, ...ONE_THREAD } });
  const [output, errors] = [[], []];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => errors.push(chunk));
  child.stdin.on("error", () => {}); // a library that is not installed reads nothing
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 3) return resolve(null);
      const lines = Buffer.concat(code === 0 ? output : errors)
        .toString()
        .trim()
        .split("\n");
      if (code === 0) return resolve(JSON.parse(lines.at(-1)));
      reject(new Error(`${args[0]} failed: ${lines.slice(-3).join(" | ")}`));
    });
  });
}
