/**
 * A layout and its forces. Points are padded to 2 floats in two dimensions and to 4 in three, so that one load reads one point. Closeness of two
 * points is u = 1 / (1 + d²/ν), ν = max(dimensions − 1, 1) degrees of freedom, and their unnormalised similarity w = u^((ν + 1) / 2).
 */
@unmanaged
export class Layout {
  rows: i32;
  dimensions: i32;
  /** f32 × stride × rows each. */
  stride: i32;
  points: usize;
  attraction: usize;
  repulsion: usize;
  velocity: usize;
  gains: usize;
  /** Neighbours (i32) and their probabilities (f32), k a row; a pair's probability is the sum of both directions. */
  k: i32;
  neighbors: usize;
  probabilities: usize;
  /** Rows in the order of the tree (i32), and their coordinates in that order, one array an axis (f32, padded by 8). */
  order: usize;
  x: usize;
  y: usize;
  z: usize;
  /** The tree's nodes, depth first. */
  nodes: usize;
  nodeCount: i32;
  nodeLimit: i32;
  /** What pushes a group of points: coordinates and number of points (f32, padded by 8). */
  listX: usize;
  listY: usize;
  listZ: usize;
  listWeight: usize;
  listCount: i32;
  /** Sum of w over all ordered pairs. */
  total: f64;
}

export function tsneBytes(): usize {
  return offsetof<Layout>();
}

export function tsneStride(dimensions: i32): i32 {
  return dimensions == 3 ? 4 : dimensions;
}

export function tsneAttractions(at: usize, k: i32, neighbors: usize, probabilities: usize): void {
  const s = changetype<Layout>(at);
  s.k = k;
  s.neighbors = neighbors;
  s.probabilities = probabilities;
}

/** Five arrays of stride × rows floats (and 16 bytes) from `arrays` on. */
export function tsnePoints(at: usize, rows: i32, dimensions: i32, arrays: usize): void {
  const s = changetype<Layout>(at);
  const bytes = tsnePointBytes(rows, dimensions);
  s.rows = rows;
  s.dimensions = dimensions;
  s.stride = tsneStride(dimensions);
  s.points = arrays;
  s.velocity = arrays + bytes;
  s.gains = arrays + 2 * bytes;
  s.attraction = arrays + 3 * bytes;
  s.repulsion = arrays + 4 * bytes;
}

/** Bytes of one of them. */
export function tsnePointBytes(rows: i32, dimensions: i32): usize {
  return (<usize>rows * <usize>tsneStride(dimensions) * 4 + 31) & ~15;
}
