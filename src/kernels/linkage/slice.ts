/** Scalar operations of a call to a chain or a spanning tree: a few milliseconds. */
export const OPERATIONS_PER_SLICE = 3e7;
