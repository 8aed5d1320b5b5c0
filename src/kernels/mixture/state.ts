/** A mixture in the module's memory: a model, what the E-step reads of it, and the sums of the M-step. */
import type { Slices } from "../contract";
import { InvalidParameter } from "../errors";
import { ceilLog2, gridMagic } from "../grid";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { CovarianceType, MixtureGrid, MixtureModel, MixtureSums } from "./contract";

/** Rows that are summed together before they go on the grid; shards start at multiples of it. */
export const CHUNK_ROWS = 128;

const SHAPES: Record<CovarianceType, number> = { full: 0, tied: 1, diag: 2, spherical: 3 };

export const triangleSize = (d: number): number => (d * (d + 1)) / 2;

/** Numbers of the packed covariances. */
export function covarianceSize(type: CovarianceType, k: number, d: number): number {
  if (type === "full") return k * triangleSize(d);
  if (type === "tied") return triangleSize(d);
  return type === "diag" ? k * d : k;
}

/** Numbers of the sums of squares and products. */
export function scatterSize(type: CovarianceType, k: number, d: number): number {
  if (type === "full") return k * triangleSize(d);
  return type === "tied" ? 0 : k * d;
}

/** Numbers of the second moments of all rows. */
const totalSize = (type: CovarianceType, d: number): number => (type === "tied" ? triangleSize(d) : 0);

/** Lives until the arena is released below it. */
export class MixtureState {
  readonly address: number;
  readonly #shape: number;
  readonly #weights: number;
  readonly #means: number;
  readonly #covariances: number;
  readonly #total: number;
  readonly #centers: number;
  readonly #triangle: number;
  readonly #partial: number;
  readonly #counts: number;
  readonly #sums: number;
  readonly #scatter: number;
  readonly #reach: number;

  constructor(
    readonly kernel: KernelModule,
    readonly type: CovarianceType,
    readonly components: number,
    readonly dimensions: number,
    readonly grid: MixtureGrid,
  ) {
    const { raw } = kernel;
    const [k, d] = [components, dimensions];
    this.#shape = SHAPES[type];
    this.address = kernel.allocate(raw.mixtureBytes());
    this.#weights = kernel.allocateF64(k);
    this.#means = kernel.allocateF64(k * d);
    // A full covariance is made where its sums were: they are the largest array there is.
    this.#scatter = kernel.allocateF64(scatterSize(type, k, d));
    this.#covariances = type === "full" ? this.#scatter : kernel.allocateF64(covarianceSize(type, k, d));
    this.#total = kernel.allocateF64(totalSize(type, d));
    raw.mixtureModel(this.address, this.#shape, k, d, this.#weights, this.#means, this.#covariances, this.#total);

    this.#centers = kernel.allocateF32(k * d);
    const wide = kernel.allocateI32(k);
    const constants = kernel.allocateF64(k);
    const factors = kernel.allocate(raw.mixtureFactorBytes(this.#shape, k, d));
    const offsets = type === "tied" ? kernel.allocateF64(k * d) : 0;
    const hasTriangle = type === "full" || type === "tied";
    this.#triangle = hasTriangle ? kernel.allocateF64(triangleSize(d)) : 0;
    this.#partial = kernel.allocateF64(2 * d);
    // biome-ignore format: one call
    raw.mixtureFactors(this.address, this.#centers, wide, constants, factors, offsets, this.#triangle, this.#partial);

    this.#counts = kernel.allocateF64(k);
    this.#sums = kernel.allocateF64(k * d);
    this.#reach = kernel.allocateF64(d);
    const magic = gridMagic(1, grid.rows);
    raw.mixtureSums(this.address, this.#counts, this.#sums, this.#scatter, this.#reach, magic);
    raw.mixtureWork(this.address, kernel.allocate(raw.mixtureWorkBytes(this.#shape, k, d)));
  }

  /** The model as it stands, copied. */
  model(): MixtureModel {
    const { kernel, type, components: k, dimensions: d } = this;
    return {
      covarianceType: type,
      components: k,
      dimensions: d,
      weights: kernel.f64(this.#weights, k).slice(),
      means: kernel.f64(this.#means, k * d).slice(),
      covariances: kernel.f64(this.#covariances, covarianceSize(type, k, d)).slice(),
      total: kernel.f64(this.#total, totalSize(type, d)).slice(),
    };
  }

  /** Replaces what is given of the model. */
  load(model: Partial<Pick<MixtureModel, "weights" | "means" | "covariances" | "total">>): void {
    const { kernel } = this;
    const put = (address: number, values: Float64Array | undefined): void => {
      if (values) kernel.f64(address, values.length).set(values);
    };
    put(this.#weights, model.weights);
    put(this.#means, model.means);
    put(this.#covariances, model.covariances);
    put(this.#total, model.total);
  }

  /** The sums as they stand, copied; `likelihoods` are theirs. */
  sums(likelihoods: ReadonlyMap<number, number>, withTotal: boolean): MixtureSums {
    const { kernel, type, components: k, dimensions: d } = this;
    return {
      covarianceType: type,
      centers: kernel.f32(this.#centers, k * d).slice(),
      counts: kernel.f64(this.#counts, k).slice(),
      sums: kernel.f64(this.#sums, k * d).slice(),
      scatter: kernel.f64(this.#scatter, scatterSize(type, k, d)).slice(),
      total: kernel.f64(this.#total, withTotal ? totalSize(type, d) : 0).slice(),
      likelihoods,
    };
  }

  loadSums({ centers, counts, sums, scatter }: MixtureSums): void {
    this.measureFrom(centers);
    this.kernel.f64(this.#counts, counts.length).set(counts);
    this.kernel.f64(this.#sums, sums.length).set(sums);
    this.kernel.f64(this.#scatter, scatter.length).set(scatter);
  }

  /** Rows are measured from these points from now on, and no row has been summed. */
  measureFrom(centers: Float32Array): void {
    this.kernel.f32(this.#centers, centers.length).set(centers);
    this.#setReach();
    this.#clear();
  }

  /** One row on each center. */
  countCenters(): void {
    this.kernel.f64(this.#counts, this.components).fill(1);
  }

  /** M-step: the model of the sums. */
  update(regularization: number): void {
    this.kernel.raw.mixtureUpdate(this.address, regularization);
  }

  /** What the E-step reads of the model, and cleared sums. Throws `RangeError` at a covariance that is not positive definite. */
  *prepare(): Slices<void> {
    const { raw } = this.kernel;
    raw.mixtureCenters(this.address);
    this.#setReach();
    if (this.type === "full") {
      for (let c = 0; c < this.components; c++) {
        yield* this.#factor(c);
        raw.mixtureKeepFactor(this.address, c);
      }
    } else if (this.type === "tied") {
      yield* this.#factor(0);
      raw.mixtureKeepTied(this.address);
    } else {
      const failed = raw.mixtureKeepDiagonals(this.address);
      if (failed >= 0) throw notDefinite(failed);
    }
    this.#clear();
  }

  /** E-step and sums of rows [from, to), from a multiple of CHUNK_ROWS; returns each chunk's log-likelihood. */
  expect(matrix: KernelMatrix, from: number, to: number): Float64Array {
    const { kernel } = this;
    return kernel.scoped(() => {
      const chunks = Math.ceil((to - from) / CHUNK_ROWS);
      const likelihoods = kernel.allocateF64(chunks);
      kernel.raw.mixtureExpect(this.address, rowAddress(matrix, from), to - from, likelihoods);
      return kernel.f64(likelihoods, chunks).slice();
    });
  }

  /** Precision factor of component `c` in the triangle. */
  *#factor(c: number): Slices<void> {
    const { raw } = this.kernel;
    const d = this.dimensions;
    let failed = -1;
    raw.mixtureTriangle(this.address, c);
    const reduce = (from: number, to: number): void => {
      if (failed < 0) failed = raw.choleskyRows(this.#triangle, d, from, to);
    };
    const invert = (from: number, to: number): void =>
      raw.invertRows(this.#triangle, d, d - to, d - from, this.#partial);
    const step = () => ({ done: c, total: this.components });
    yield* sliceRows(d, 2 * d * d, reduce, step);
    if (failed >= 0) throw notDefinite(c);
    yield* sliceRows(d, 2 * d * d, invert, step);
  }

  /** Powers of two above the largest |row − center| of each dimension. */
  #setReach(): void {
    const { kernel, components: k, dimensions: d } = this;
    const centers = kernel.f32(this.#centers, k * d);
    const reach = kernel.f64(this.#reach, d);
    for (let t = 0; t < d; t++) {
      let farthest = 0;
      for (let c = 0; c < k; c++) farthest = Math.max(farthest, Math.abs(centers[c * d + t]!));
      const bound = farthest + this.grid.maxAbs[t]!;
      reach[t] = bound > 0 ? 2 ** ceilLog2(bound) : 0;
    }
  }

  #clear(): void {
    const { kernel, components: k, dimensions: d } = this;
    kernel.f64(this.#counts, k).fill(0);
    kernel.f64(this.#sums, k * d).fill(0);
    kernel.f64(this.#scatter, scatterSize(this.type, k, d)).fill(0);
  }
}

export const rowAddress = (matrix: KernelMatrix, row: number): number => matrix.address + 4 * row * matrix.dimensions;

function notDefinite(component: number): InvalidParameter {
  return new InvalidParameter(
    "reg_covar",
    `the covariance of component ${component} is not positive definite: raise the regularisation (reg_covar) or lower the number of components`,
  );
}
