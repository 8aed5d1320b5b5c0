/** Data sets to measure with. The larger ones lie beside the repository; where one is absent, what needs it is skipped. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { inRoot } from "../../scripts/lib/paths.mjs";

const MNIST_DIMENSIONS = 784;
/** Rows of the 70,000 handwritten digits. */
const MNIST_ROWS = { mnist10k: [60_000, 70_000], mnist20k: [0, 20_000], mnist70k: [0, 70_000] };

const shared = (file) => inRoot("..", "shared", "data", file);

/**
 * A data set by its name, or null where it is absent.
 * @returns {{name: string, values: Float32Array, rows: number, dimensions: number} | null}
 */
export function dataset(name) {
  if (name === "words20k") return words(20_000, 100, 20_000);
  const span = MNIST_ROWS[name];
  if (span) return mnist(name, span);
  const folder = existsSync(shared(`${name}/${name}.f32`)) ? `${name}/` : "";
  const file = shared(`${folder}${name}.f32`);
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const { n: rows, dim: dimensions } = JSON.parse(readFileSync(shared(`${folder}${name}.meta.json`), "utf8"));
  return { name, values, rows, dimensions };
}

function mnist(name, [from, to]) {
  const file = shared("mnist70k.u8.gz");
  if (!existsSync(file)) return null;
  const pixels = gunzipSync(readFileSync(file)).subarray(from * MNIST_DIMENSIONS, to * MNIST_DIMENSIONS);
  const scale = Math.fround(255);
  return { name, values: Float32Array.from(pixels, (v) => v / scale), rows: to - from, dimensions: MNIST_DIMENSIONS };
}

/** Seeded documents of `entries` different words each, half of one of fifty topics', common words more often: their indices, then their counts. */
function words(rows, entries, indices) {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const topic = indices / 50;
  const values = new Float32Array(rows * 2 * entries);
  for (let row = 0; row < rows; row++) {
    const found = new Map();
    while (found.size < entries) {
      const rank = random() ** 3;
      const index = random() < 0.5 ? Math.floor(rank * topic) * 50 + (row % 50) : Math.floor(rank * indices);
      found.set(index, 1 + Math.floor(3 * random() ** 2));
    }
    const sorted = [...found].sort(([a], [b]) => a - b);
    sorted.forEach(([index, count], i) => {
      values[row * 2 * entries + i] = index;
      values[row * 2 * entries + entries + i] = count;
    });
  }
  return { name: "words20k", values, rows, dimensions: 2 * entries };
}
