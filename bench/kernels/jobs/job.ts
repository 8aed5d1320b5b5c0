import type { Kernels } from "../../../src/kernels";

export interface Data {
  values: Float32Array;
  rows: number;
  dimensions: number;
}

export type Params = Record<string, number | string | boolean | null>;

/** Loads what the job needs, untimed, and returns the work whose time is taken. The work's figures tell its quality. */
export type Job = (kernels: Kernels, data: Data, params: Params) => () => Record<string, number>;
