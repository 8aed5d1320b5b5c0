/**
 * One algorithm against its references in one run: our kernel in workerd and in this Node, the native library on one thread,
 * and the best JavaScript library where one is installed (bench/peers). Times are CPU seconds, the best of a case's repeats; those of
 * workerd, whose clock stands still while it computes, are its process's, less those of an empty request.
 */
import { dataset } from "../../lib/datasets.mjs";
import { javascriptPeer, nativeReference } from "../../lib/references.mjs";
import { loadBench, startBenchWorker, wasm } from "./runtimes.mjs";

const DEFAULT_LIMIT_MIB = 64;
/** The fastest of so many is what a request takes beside its work. */
const EMPTY_REQUESTS = 10;

/**
 * @typedef {object} Case
 * @property {string} name what is compared, with its size
 * @property {string} data name of a data set (bench/lib/datasets.mjs)
 * @property {string} job name in bench/kernels/jobs
 * @property {Record<string, unknown>} params of the job; the references get the same
 * @property {{script: string, library: string}} [native] bench/native/SCRIPT.py
 * @property {{script: string, library: string}} [peer] bench/peers/SCRIPT.mjs
 * @property {number} [target] the largest time in workerd, as a share of the native one
 * @property {number} [repeats] 3 unless told
 * @property {number} [limitMiB] of the kernels' memory, 64 unless told
 */

/** @param {Case[]} cases */
export async function compare(cases) {
  const rows = [];
  for (const one of cases) {
    const data = dataset(one.data);
    if (data) rows.push(await compareOne(one, data));
    else rows.push({ name: one.name, figures: `skipped: ${one.data} is not beside the repository`, pass: null });
  }
  return rows;
}

async function compareOne({ name, job, params, native, peer, target, repeats = 3, limitMiB }, data) {
  const limit = (limitMiB ?? DEFAULT_LIMIT_MIB) * 2 ** 20;
  const node = await inNode(job, params, data, repeats, limit);
  const workerd = await inWorkerd(job, params, data, repeats, limit);
  const reference = native ? await nativeReference(native, params, data, repeats) : null;
  const other = peer ? await javascriptPeer(peer, params, data) : null;
  const ratio = reference?.seconds ? workerd.seconds / reference.seconds : null;
  const { memoryMiB, ...quality } = workerd.figures;
  const figures = [
    `workerd ${short(workerd.seconds)} s, Node ${short(node.seconds)} s (${figureList(quality)}; ${short(memoryMiB)} MiB)`,
    native && `${native.library} ${reference ? described(reference) : "is not installed"}`,
    ratio !== null && `ratio ${ratio.toFixed(2)}`,
    peer && `${peer.library} ${other ? described(other) : "is not installed"}`,
    other && `${(other.seconds / workerd.seconds).toFixed(0)} × as long`,
  ];
  return {
    name,
    figures: figures.filter(Boolean).join("; "),
    target: target === undefined ? null : `≤ ${target} × ${native.library}, one thread`,
    pass: target === undefined || ratio === null ? null : ratio <= target,
  };
}

const short = (figure) => Number(figure.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 6 });
const figureList = (figures) =>
  Object.entries(figures)
    .map(([name, figure]) => `${name} ${short(figure)}`)
    .join(", ");
const described = ({ seconds, ...figures }) => `${short(seconds)} s (${figureList(figures)})`;

async function best(repeats, once) {
  let [seconds, figures] = [Infinity, {}];
  for (let i = 0; i < repeats; i++) {
    const result = await once();
    if (result.seconds < seconds) ({ seconds, figures } = result);
  }
  return { seconds, figures };
}

async function inNode(job, params, data, repeats, limit) {
  const { createBench } = await loadBench();
  const bench = createBench(new WebAssembly.Module(wasm("kernels.wasm")), limit);
  bench.load(data);
  return best(repeats, () => {
    bench.prepare(job, params);
    const start = process.cpuUsage();
    const figures = bench.run();
    const { user, system } = process.cpuUsage(start);
    return { seconds: (user + system) / 1e6, figures };
  });
}

async function inWorkerd(job, params, data, repeats, limit) {
  const worker = await startBenchWorker();
  try {
    await worker.post(`/load?limit=${limit}&rows=${data.rows}&dimensions=${data.dimensions}`, data.values);
    const timed = async (path) => {
      const start = worker.seconds();
      const figures = await (await worker.post(path)).json();
      return { seconds: worker.seconds() - start, figures };
    };
    const { seconds: request } = await best(EMPTY_REQUESTS, () => timed("/nothing"));
    const { seconds, figures } = await best(repeats, async () => {
      await worker.post("/prepare", JSON.stringify({ job, params }));
      return timed("/run");
    });
    return { seconds: seconds - request, figures };
  } finally {
    await worker.dispose();
  }
}
