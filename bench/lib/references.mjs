/** The libraries that are compared with, each in a process of its own and on one thread. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { inRoot, modernNode } from "../../scripts/lib/paths.mjs";

const PYTHON = "/usr/bin/python3";
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", NUMBA_NUM_THREADS: "1" };

/**
 * bench/native/SCRIPT.py: rows on its standard input, one line of JSON with `seconds` as its answer. Null where it is not installed.
 * @returns {{seconds: number, [figure: string]: number} | null}
 */
export function nativeReference({ script }, params, data, repeats) {
  if (!existsSync(PYTHON)) return null;
  const request = JSON.stringify({ rows: data.rows, dimensions: data.dimensions, repeats, params });
  return reference(PYTHON, [inRoot("bench", "native", `${script}.py`), request], data);
}

/** bench/peers/SCRIPT.mjs, in the same way. */
export function javascriptPeer({ script }, params, data) {
  if (!existsSync(inRoot("bench", "peers", "node_modules"))) return null;
  const request = JSON.stringify({ rows: data.rows, dimensions: data.dimensions, params });
  return reference(modernNode(), [inRoot("bench", "peers", `${script}.mjs`), request], data);
}

/** Exit code 3 says that the library is not installed. */
function reference(program, args, { values }) {
  const input = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const env = { ...process.env, ...ONE_THREAD };
  const result = spawnSync(program, args, { input, env, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (result.status === 3) return null;
  if (result.status !== 0)
    throw new Error(`${args[0]} failed: ${result.stderr.trim().split("\n").slice(-3).join(" | ")}`);
  return JSON.parse(result.stdout.trim().split("\n").at(-1));
}
