/** What every peer shares: the rows as arrays of numbers, the parameters, and the CPU seconds of one run. */
import { readFileSync } from "node:fs";

export function request() {
  const { rows, dimensions, params } = JSON.parse(process.argv[2]);
  const bytes = readFileSync(0);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const data = Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * dimensions, (row + 1) * dimensions)),
  );
  return { data, params };
}

/** @param {() => unknown} work timed; what it answers goes to `quality`, whose figures are printed with the seconds. */
export function measure(work, quality = () => ({})) {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  console.log(JSON.stringify({ seconds: (user + system) / 1e6, ...quality(result) }));
}

export const clusters = (labels) => ({ clusters: new Set([...labels].filter((label) => label >= 0)).size });
