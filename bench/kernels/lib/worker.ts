/** What the kernel benchmarks run, in Node and as a Worker: a job does a fixed amount of work, its time is taken by the caller. */
import { KernelModule } from "../../../src/kernels/module";

export type Job =
  /** Multiply-adds in registers, for the arithmetic peak. */
  | { kind: "peak"; iterations: number }
  /** Assignment of rows × dimensions to clusters, `rounds` times. */
  | { kind: "assign"; rows: number; dimensions: number; clusters: number; rounds: number };

/** Floating-point operations of a job. */
export type Runner = (job: Job) => number;

function numbers(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 2_654_435_761) % 4_294_967_296) / 4_294_967_296 - 0.5);
}

/** Prepares what a job needs once, so that a second call measures the kernel alone. */
export function createRunner(module: WebAssembly.Module): Runner {
  const kernel = new KernelModule(module, 64 * 1024 * 1024);
  const { raw } = kernel;
  const empty = raw.mark();
  let prepared = "";
  let arrays = { x: 0, panels: 0, block: 0, labels: 0 };

  return (job) => {
    if (job.kind === "peak") {
      const [near1, near0] = raw.isRelaxed() ? [0.5, 0] : [1, 0];
      const perCall = 100_000;
      for (let done = 0; done < job.iterations; done += perCall) raw.peak(perCall, near1, near0);
      return job.iterations * raw.peakOperations();
    }
    const { rows, dimensions, clusters, rounds } = job;
    const shape = `${rows} ${dimensions} ${clusters}`;
    if (shape !== prepared) {
      raw.release(empty);
      const centroids = kernel.allocateF32(clusters * dimensions, numbers(clusters * dimensions));
      arrays = {
        x: kernel.allocateF32(rows * dimensions, numbers(rows * dimensions)),
        panels: kernel.allocate(raw.panelBytes(clusters, dimensions)),
        block: raw.assignBlock(kernel.allocate(raw.blockBytes(dimensions, clusters)), dimensions),
        labels: kernel.allocateI32(rows),
      };
      raw.packDistancePanels(centroids, clusters, dimensions, 1, arrays.panels);
      prepared = shape;
    }
    const { x, panels, block, labels } = arrays;
    for (let round = 0; round < rounds; round++) {
      for (let from = 0; from < rows; from += 1_000) {
        raw.assignLabels(x, dimensions, from, Math.min(from + 1_000, rows), panels, clusters, block, labels);
      }
    }
    return 2 * rows * dimensions * clusters * rounds;
  };
}
