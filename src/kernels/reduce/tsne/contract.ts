import type { Slices } from "../../contract";
import type { NeighborLists } from "../../neighbors/contract";

/** Neighbour lists with the probability that a row picks each neighbour, divided by 2 · rows: those of all lists sum to ½. */
export interface TsneAffinities {
  readonly rows: number;
  /** A multiple of 4; lists are padded by the row itself at probability 0. */
  readonly k: number;
  readonly neighbors: Int32Array;
  readonly probabilities: Float32Array;
  /** Sum over all ordered pairs of p ln p, where the p of a pair is the sum of its probabilities in both directions. */
  readonly entropy: number;
}

/** A layout after `iteration` of its steps: what a task hands to the next one. Arrays are rows × components. */
export interface TsneState {
  readonly iteration: number;
  readonly embedding: Float32Array;
  readonly velocity: Float32Array;
  readonly gains: Float32Array;
  /** Norm of the gradient at the last step that computed it. */
  readonly gradientNorm: number;
}

export interface TsneOptions {
  /** Dimensions of the layout, 2 to 256. */
  components: number;
  /** Effective number of neighbours, > 0 and less than the rows. */
  perplexity: number;
  /** > 0; `auto` is rows / 48, at least 50. */
  learningRate: number | "auto";
  seed: number;
}

export interface TsneResult {
  /** rows × components. */
  embedding: Float32Array;
  /** Kullback–Leibler divergence of the layout's similarities from the rows'. */
  divergence: number;
  iterations: number;
}

/**
 * t-SNE: van der Maaten & Hinton, "Visualizing data using t-SNE" (JMLR 9, 2008), with the schedule of scikit-learn: 250 steps at twelvefold
 * attraction and momentum ½, then 750 at momentum 0.8.
 */
export interface TsneKernels {
  /** How many neighbours t-SNE asks of each row's list: 3 · perplexity + 1. */
  tsneNeighbors(rows: number, perplexity: number): number;
  /** Most rows of a layout: above three components all pairs are computed. */
  tsneLimit(components: number): number;
  /**
   * All stages. `lists` hold the nearest other rows (`tsneNeighbors` of them); `coordinates` are rows × `axes`, the rows on their principal axes.
   * Throws `RangeError` for options out of range, and for more rows than `tsneLimit(components)`.
   */
  tsne(lists: NeighborLists, coordinates: Float32Array, axes: number, options: TsneOptions): Slices<TsneResult>;

  tsneAffinities(lists: NeighborLists, perplexity: number): Slices<TsneAffinities>;
  /** Where the layout starts: the coordinates at a deviation of 10⁻⁴; axes that are missing, or the same for all rows, are drawn at random. */
  tsneStart(
    coordinates: Float32Array,
    axes: number,
    options: { rows: number; components: number; seed: number },
  ): TsneState;
  /** Runs the layout from where it stands to step `until` (1,000 by default). The result does not depend on how the steps are cut into calls. */
  tsneLayout(
    affinities: TsneAffinities,
    state: TsneState,
    options: { components: number; learningRate: number | "auto"; until?: number },
  ): Slices<TsneState>;
  /** Its divergence, where it stands. */
  tsneDivergence(affinities: TsneAffinities, state: TsneState, components: number): Slices<number>;
}
