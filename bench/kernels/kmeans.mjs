/** k-means on 10,000 × 784 handwritten digits, k = 10, n_init = 10, against scikit-learn on one thread of the same machine. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { loadKernels, main, wasm } from "./lib/runtimes.mjs";

const DATA = resolve(import.meta.dirname, "../../../shared/data/mnist70k.u8.gz");
const PYTHON = "/usr/bin/python3";
const [FIRST_ROW, ROWS, DIMENSIONS] = [60_000, 10_000, 784];
const TARGET = 0.8;

const REFERENCE = `
import sys, time, json, warnings
warnings.filterwarnings("ignore")
import numpy as np
from sklearn.cluster import KMeans
X = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(${ROWS}, ${DIMENSIONS}).astype(np.float32) / np.float32(255)
start = time.process_time()
model = KMeans(10, n_init=10, random_state=0, algorithm="lloyd").fit(X)
print(json.dumps(dict(seconds=time.process_time() - start, inertia=float(model.inertia_))))
`;

function reference(rows) {
  if (!existsSync(PYTHON)) return null;
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const result = spawnSync(PYTHON, ["-c", REFERENCE], { input: rows, env, encoding: "utf8" });
  return result.status === 0 ? JSON.parse(result.stdout) : null;
}

/** @returns {Promise<{name: string, figures: Record<string, number>, target: string | null, pass: boolean}[]>} */
export async function run() {
  if (!existsSync(DATA)) {
    console.log("k-means bench skipped: the handwritten digits are not beside the repository");
    return [];
  }
  const pixels = gunzipSync(readFileSync(DATA)).subarray(FIRST_ROW * DIMENSIONS, (FIRST_ROW + ROWS) * DIMENSIONS);
  const { createKernels, prepare, run: drain } = await loadKernels();
  const kernels = createKernels(new WebAssembly.Module(wasm("kernels.wasm")));
  const start = process.cpuUsage();
  const { matrix, tolerance } = prepare(
    kernels,
    Float32Array.from(pixels, (v) => v / 255),
    DIMENSIONS,
  );
  let [inertia, iterations] = [Infinity, 0];
  for (let restart = 0; restart < 10; restart++) {
    const options = {
      clusters: 10,
      init: "k-means++",
      maxIter: 300,
      tolerance,
      seed: 0,
      restart,
      algorithm: "auto",
      weights: null,
    };
    const result = drain(kernels.kmeans(matrix, options));
    inertia = Math.min(inertia, result.inertia);
    iterations += result.iterations;
  }
  const used = process.cpuUsage(start);
  const seconds = (used.user + used.system) / 1e6;
  const figures = { seconds, inertia, iterations, memoryMiB: kernels.memoryBytes / 2 ** 20 };
  const name = "k-means 10,000×784, k=10, n_init=10, plain, node (CPU seconds)";
  const peer = reference(pixels);
  if (!peer) {
    console.log("k-means bench: scikit-learn is not installed, so there is nothing to compare with");
    return [{ name, figures, target: null, pass: true }];
  }
  return [
    {
      name,
      figures: {
        ...figures,
        sklearnSeconds: peer.seconds,
        sklearnInertia: peer.inertia,
        ratio: seconds / peer.seconds,
      },
      target: `≤ ${TARGET} × scikit-learn on one thread`,
      pass: seconds <= TARGET * peer.seconds,
    },
  ];
}

await main(import.meta.url, run);
