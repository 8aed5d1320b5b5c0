/** One job at a time over one data set: `load`, `prepare`, `run`, in Node and behind HTTP in a Worker alike. */
import { createKernels, type Kernels } from "../../../src/kernels";
import { JOBS } from "../jobs";
import type { Data, Params } from "../jobs/job";

export interface Bench {
  load(data: Data): void;
  prepare(job: string, params: Params): void;
  /** The work's own figures, and what the kernels' memory has grown to. */
  run(): Record<string, number>;
}

export function createBench(module: WebAssembly.Module, limitBytes: number): Bench {
  let kernels: Kernels | null = null;
  let data: Data = { values: new Float32Array(), rows: 0, dimensions: 1 };
  let work = (): Record<string, number> => ({});
  return {
    load(next) {
      data = next;
    },
    prepare(job, params) {
      const prepare = JOBS[job];
      if (!prepare) throw new Error(`there is no job ${job}`);
      // A memory of its own for every job: what it grows to is the job's.
      kernels = createKernels(module, { limitBytes });
      work = prepare(kernels, data, params);
    },
    run() {
      const mark = kernels!.mark();
      try {
        return { ...work(), memoryMiB: kernels!.memoryBytes / 2 ** 20 };
      } finally {
        kernels!.release(mark);
      }
    },
  };
}
