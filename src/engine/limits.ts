/** Sizes that a plan must fit. Tests shrink them to force shards, splits and refusals on small data. */
export interface Limits {
  /** Rows of a run. No step sees them all at once; sampling needs a row's number and 29 bits of its hash in one exact double. */
  rows: number;
  /** Rows that vector clusters are fitted on. Above it a seeded sample of this size is; the other rows are only assigned. */
  fittedRows: number;
  /** The same for methods that compare rows pair by pair. */
  pairwiseRows: number;
  /** Bytes of the prepared matrix in scratch. */
  matrixBytes: number;
  /** Bytes of matrix and per-row workspace that one isolate may hold: decides the method, see `holdsInMemory`. */
  isolateBytes: number;
  /** Bytes that the kernels' memory may reach: a plan with a task beyond it is refused. */
  kernelBytes: number;
  /** Bytes and rows of a shard of the matrix. A test's choice of these changes no result. */
  shardBytes: number;
  shardRows: number;
  /** n_clusters × dimensions. */
  clusterValues: number;
  /** Combinations of attribute values, and clusters that a method whose parameters do not say how many may find. */
  groups: number;
  /** CPU milliseconds that a task of many small units (restarts) should take. */
  taskCpuMs: number;
  /** CPU milliseconds that a fit, which is one task, may be reckoned at: the platform ends a consumer after 300,000. */
  fitCpuMs: number;
}

const MIB = 1024 * 1024;

/** The kernels' share of an isolate's 96 MiB: the rest is for the Parquet writer's memory, the heap and buffers. */
export const KERNEL_BYTES = 48 * MIB;

/** What an isolate may hold of kernels' memory, lists and graphs together, in units of the former: the rest of 96 MiB is the runtime's. */
export const ISOLATE_SHARE = 5 / 3;

export const LIMITS: Limits = {
  rows: 2 ** 24,
  fittedRows: 1_000_000,
  pairwiseRows: 100_000,
  matrixBytes: 8192 * MIB,
  isolateBytes: 32 * MIB,
  kernelBytes: KERNEL_BYTES,
  shardBytes: 16 * MIB,
  shardRows: 262_144,
  clusterValues: 1_048_576,
  groups: 5_000,
  taskCpuMs: 1_500,
  fitCpuMs: 240_000,
};

/** Rows of a block: sums, shards and splits are made of whole ones. */
export const BLOCK_ROWS = 1024;

/** Bytes a row beside the matrix that the choice of the method reckons with: labels, distances, bounds. */
export const ROW_WORKSPACE_BYTES = 32;

export const holdsInMemory = (rows: number, dimensions: number, limits: Limits): boolean =>
  rows * (4 * dimensions + ROW_WORKSPACE_BYTES) <= limits.isolateBytes;
