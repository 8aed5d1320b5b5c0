/** Sizes that a plan must fit. Tests shrink them to force shards, splits and refusals on small data. */
export interface Limits {
  /** Rows of a clustering. The memory of the steps that see every row at once grows with it. */
  rows: number;
  /** Bytes of the prepared matrix in scratch. */
  matrixBytes: number;
  /** Bytes of matrix and per-row workspace that one isolate may hold: decides the method, see `holdsInMemory`. */
  isolateBytes: number;
  /** Bytes and rows of a shard of the matrix. A test's choice of these changes no result. */
  shardBytes: number;
  shardRows: number;
  /** n_clusters × dimensions. */
  clusterValues: number;
  /** Combinations of attribute values. */
  groups: number;
  /** CPU milliseconds that a task of many small units (restarts) should take. */
  taskCpuMs: number;
}

const MIB = 1024 * 1024;

export const LIMITS: Limits = {
  rows: 1_000_000,
  matrixBytes: 8192 * MIB,
  isolateBytes: 32 * MIB,
  shardBytes: 16 * MIB,
  shardRows: 262_144,
  clusterValues: 1_048_576,
  groups: 5_000,
  taskCpuMs: 1_500,
};

/** Rows of a block: sums, shards and splits are made of whole ones. */
export const BLOCK_ROWS = 1024;

/** Bytes of the kernels' per-row workspace beside the matrix: labels, distances, bounds. */
export const ROW_WORKSPACE_BYTES = 32;

export const holdsInMemory = (rows: number, dimensions: number, limits: Limits): boolean =>
  rows * (4 * dimensions + ROW_WORKSPACE_BYTES) <= limits.isolateBytes;
