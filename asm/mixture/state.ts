/** What one Gaussian mixture holds between calls. The façade allocates every array; see its memory formula. */

/** Shapes of the covariances, as scikit-learn names them. */
export const FULL: i32 = 0;
export const TIED: i32 = 1;
export const DIAGONAL: i32 = 2;
export const SPHERICAL: i32 = 3;

/** Rows whose sums are made together before they go on the grid: a chunk starts at a multiple of so many rows of the whole data set. */
export const CHUNK_ROWS = 128;
/** The same as whole tiles of 12 rows (f32) and of 6 (f64). */
export const CHUNK_LANES = 132;

@unmanaged
export class Mixture {
  shape: i32;
  components: i32;
  dimensions: i32;

  /** f64 × components. */
  weights: usize;
  /** f64 × components × dimensions. */
  means: usize;
  /** f64, packed: one upper triangle a component (full), one (tied), a row (diagonal) or a number (spherical) a component. */
  covariances: usize;
  /** f64, one packed upper triangle: second moments of all rows about the origin (tied), or 0. */
  total: usize;

  /** f32 × components × dimensions: the means as rows are measured from them. */
  centers: usize;
  /** i32 × components: whether its densities are computed in f64. */
  wide: usize;
  /** f64 × components: everything of a row's log density that does not depend on the row. */
  constants: usize;
  /** Per component, f32 or f64 at the pitch of f64: precision factors as `project` reads them, or inverse deviations of each dimension. */
  factors: usize;
  /** Tied, f64 × components × dimensions: the centers in the factor's coordinates. */
  offsets: usize;

  /** f64 × components, × components × dimensions, and like `covariances` but a row a component for spherical: sums about `centers`. */
  counts: usize;
  sums: usize;
  scatter: usize;
  /** f64 × dimensions, powers of two: bounds on |row − center|. */
  reach: usize;
  /** Grid of a sum of numbers up to 1. */
  magic: f64;

  /** f64 × components × CHUNK_LANES: log densities, then responsibilities of a chunk. */
  logs: usize;
  /** A chunk as tiles; one tile's differences and their projection. */
  tiles: usize;
  differences: usize;
  projected: usize;
  /** u32 and f64 × CHUNK_ROWS: addresses of the rows of a component, and their responsibilities. */
  members: usize;
  shares: usize;
  /** f64 × CHUNK_ROWS × paddedDimensions, twice: rows of a component as differences, plain and weighted. */
  plain: usize;
  weighted: usize;
  /** f64 × 2 dimensions: partial sums of a chunk, a row of a triangle. */
  partial: usize;
  /** f64, one triangle: the factor at work. */
  triangle: usize;
}

export function mixtureBytes(): usize {
  return offsetof<Mixture>();
}

export function mixtureModel(at: usize, shape: i32, components: i32, dimensions: i32, weights: usize, means: usize, covariances: usize, total: usize): void {
  const s = changetype<Mixture>(at);
  s.shape = shape;
  s.components = components;
  s.dimensions = dimensions;
  s.weights = weights;
  s.means = means;
  s.covariances = covariances;
  s.total = total;
}

export function mixtureFactors(at: usize, centers: usize, wide: usize, constants: usize, factors: usize, offsets: usize, triangle: usize, partial: usize): void {
  const s = changetype<Mixture>(at);
  s.centers = centers;
  s.wide = wide;
  s.constants = constants;
  s.factors = factors;
  s.offsets = offsets;
  s.triangle = triangle;
  s.partial = partial;
}

export function mixtureSums(at: usize, counts: usize, sums: usize, scatter: usize, reach: usize, magic: f64): void {
  const s = changetype<Mixture>(at);
  s.counts = counts;
  s.sums = sums;
  s.scatter = scatter;
  s.reach = reach;
  s.magic = magic;
}

/** Bytes of the work of a chunk, which `mixtureWork` lays out. */
export function mixtureWorkBytes(shape: i32, components: i32, dimensions: i32): usize {
  const tile = tileBytes(dimensions);
  return logsBytes(components) + tileChunkBytes(dimensions) + 2 * tile + CHUNK_ROWS * 16 + (gathers(shape) ? 2 * gatheredBytes(dimensions) : 0);
}

export function mixtureWork(at: usize, work: usize): void {
  const s = changetype<Mixture>(at);
  s.logs = work;
  s.tiles = s.logs + logsBytes(s.components);
  s.differences = s.tiles + tileChunkBytes(s.dimensions);
  s.projected = s.differences + tileBytes(s.dimensions);
  s.shares = s.projected + tileBytes(s.dimensions);
  s.members = s.shares + CHUNK_ROWS * 8;
  s.plain = s.members + CHUNK_ROWS * 8;
  s.weighted = gathers(s.shape) ? s.plain + gatheredBytes(s.dimensions) : 0;
}

@inline
function gathers(shape: i32): bool {
  return shape == FULL || shape == TIED;
}

@inline
export function paddedDimensions(dimensions: i32): i32 {
  return (dimensions + 3) & ~3;
}

/** A tile, with the columns that fill up the last three. */
@inline
function tileBytes(dimensions: i32): usize {
  return 48 * <usize>(dimensions + 2);
}

@inline
function tileChunkBytes(dimensions: i32): usize {
  return <usize>CHUNK_LANES * <usize>dimensions * 8;
}

@inline
function logsBytes(components: i32): usize {
  return <usize>components * CHUNK_LANES * 8;
}

@inline
function gatheredBytes(dimensions: i32): usize {
  return <usize>CHUNK_ROWS * <usize>paddedDimensions(dimensions) * 8;
}

/** Numbers of a packed upper triangle. */
@inline
export function triangleSize(dimensions: i32): usize {
  return (<usize>dimensions * <usize>(dimensions + 1)) >> 1;
}

/** Address of row t of a packed upper triangle, so that entry (t, u) lies at 8 u beyond it. */
@inline
export function triangleRow(triangle: usize, dimensions: i32, t: i32): usize {
  return triangle + ((<usize>t * <usize>(2 * dimensions - t - 1)) >> 1 << 3);
}
