/** A layout in the module's memory, and its forces where it stands: by the tree in two and three dimensions, over all pairs above. */
import type { Slices, Step } from "../../contract";
import type { KernelModule } from "../../module";
import type { TsneAffinities, TsneState } from "./contract";

/**
 * A node of the tree is far when its points' box is smaller than this share of its distance. Measured from the nearest corner of a leaf, not from each
 * point, so that it is stricter than the angle of ½ that is usual.
 */
const ANGLE = 0.5;
/** Tree nodes, and entries of lists or pairs, that one call handles: a few milliseconds. */
const NODES_PER_CALL = 1_024;
const ENTRIES_PER_CALL = 2 ** 20;
/** Work between two yields, in the same entries. */
const ENTRIES_PER_SLICE = 2 ** 20;
/** Entries that a node of the tree stands for. */
const ENTRIES_PER_NODE = 1_000;

export class Layout {
  readonly state: number;
  readonly #points: number;
  readonly #tree: boolean;
  readonly #pairs: number = 0;
  readonly #work: number = 0;
  #spent = 0;

  constructor(
    readonly kernel: KernelModule,
    readonly affinities: TsneAffinities,
    readonly components: number,
    readonly step: () => Step,
  ) {
    const { raw } = kernel;
    const { rows, k } = affinities;
    this.state = kernel.allocate(raw.tsneBytes());
    const names = kernel.allocateI32(rows * k, affinities.neighbors);
    raw.tsneAttractions(this.state, k, names, kernel.allocateF32(rows * k, affinities.probabilities));
    this.#points = kernel.allocate(5 * raw.tsnePointBytes(rows, components));
    raw.tsnePoints(this.state, rows, components, this.#points);
    this.#tree = components <= 3;
    if (this.#tree) {
      raw.tsneTree(this.state, kernel.allocate(raw.tsneTreeBytes(rows)));
    } else {
      this.#pairs = kernel.allocate(raw.tsneExactBytes(rows, components));
      this.#work = kernel.allocate(16 * components);
    }
  }

  /** Attraction and repulsion. */
  *forces(): Slices<void> {
    yield* this.repulsion();
    const { raw } = this.kernel;
    const { rows, k } = this.affinities;
    raw.tsneClear(this.state);
    yield* this.inCalls(rows, ENTRIES_PER_CALL / k, k, (from, to) => raw.tsneAttract(this.state, from, to));
  }

  *repulsion(): Slices<void> {
    const { raw } = this.kernel;
    const { rows } = this.affinities;
    if (this.#tree) {
      const nodes = raw.tsneGrow(this.state);
      const push = (from: number, to: number): void => raw.tsneRepulse(this.state, from, to, ANGLE);
      yield* this.inCalls(nodes, NODES_PER_CALL, ENTRIES_PER_NODE, push);
    } else {
      raw.tsneAxes(this.state, this.#pairs);
      const pairs = rows * this.components;
      const push = (from: number, to: number): void => raw.tsneRepulseExactly(this.state, from, to, this.#work);
      yield* this.inCalls(rows, ENTRIES_PER_CALL / pairs, pairs, push);
    }
  }

  /** Calls `work` on ranges of at most `perCall`; yields where enough was done since the last yield, be it in one step or in many. */
  *inCalls(count: number, perCall: number, entries: number, work: (from: number, to: number) => void): Slices<void> {
    const length = Math.max(1, Math.floor(perCall));
    for (let from = 0; from < count; from += length) {
      const to = Math.min(from + length, count);
      work(from, to);
      this.#spent += (to - from) * entries;
      if (this.#spent < ENTRIES_PER_SLICE) continue;
      this.#spent = 0;
      yield this.step();
    }
  }

  /** Takes the points, their velocities and gains over. */
  load({ embedding, velocity, gains }: TsneState): void {
    for (const [i, values] of [embedding, velocity, gains].entries()) {
      const column = this.#column(i);
      column.fill(0);
      this.#eachPoint((from, to) => column.set(values.subarray(from, from + this.components), to));
    }
  }

  read(): Pick<TsneState, "embedding" | "velocity" | "gains"> {
    const [embedding, velocity, gains] = [0, 1, 2].map((i) => {
      const values = new Float32Array(this.affinities.rows * this.components);
      const column = this.#column(i);
      this.#eachPoint((to, from) => values.set(column.subarray(from, from + this.components), to));
      return values;
    }) as [Float32Array, Float32Array, Float32Array];
    return { embedding, velocity, gains };
  }

  #column(i: number): Float32Array {
    const { raw } = this.kernel;
    const { rows } = this.affinities;
    const bytes = raw.tsnePointBytes(rows, this.components);
    return this.kernel.f32(this.#points + i * bytes, rows * raw.tsneStride(this.components));
  }

  /** Where each point lies in a dense array, and in the module's padded one. */
  #eachPoint(visit: (dense: number, padded: number) => void): void {
    const stride = this.kernel.raw.tsneStride(this.components);
    for (let i = 0; i < this.affinities.rows; i++) visit(i * this.components, i * stride);
  }
}
