/** Where means arrived, each place once, and the modes among them. */
import type { Slices } from "../contract";

/** Few of a comparison's dimensions are looked at. */
const COMPARISONS_PER_SLICE = 100_000;

export class Ends {
  readonly #dimensions: number;
  readonly #places = new Map<string, number>();
  readonly #means: Float64Array[] = [];
  readonly #members: number[] = [];

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
  }

  get count(): number {
    return this.#means.length;
  }

  /** A place that is known keeps what the last mean found there. */
  add(mean: Float64Array, members: number): void {
    const key = mean.join();
    const place = this.#places.get(key) ?? this.#means.length;
    if (place === this.#means.length) {
      this.#places.set(key, place);
      this.#means.push(mean);
    }
    this.#members[place] = members;
  }

  /** Ends with no better one within the bandwidth: more members first, then the greater coordinates. */
  *modes(bandwidth: number): Slices<{ centers: Float64Array; intensities: Int32Array }> {
    const order = [...this.#means.keys()].sort(
      (a, b) => this.#members[b]! - this.#members[a]! || compare(this.#means[b]!, this.#means[a]!),
    );
    const modes: number[] = [];
    let compared = 0;
    for (const [done, end] of order.entries()) {
      compared += modes.length;
      if (!modes.some((mode) => isWithin(this.#means[mode]!, this.#means[end]!, bandwidth))) modes.push(end);
      if (compared < COMPARISONS_PER_SLICE) continue;
      compared = 0;
      yield { done, total: order.length };
    }
    const centers = new Float64Array(modes.length * this.#dimensions);
    for (const [i, mode] of modes.entries()) centers.set(this.#means[mode]!, i * this.#dimensions);
    return { centers, intensities: Int32Array.from(modes, (mode) => this.#members[mode]!) };
  }
}

function compare(a: Float64Array, b: Float64Array): number {
  for (let t = 0; t < a.length; t++) if (a[t] !== b[t]) return a[t]! - b[t]!;
  return 0;
}

function isWithin(a: Float64Array, b: Float64Array, bandwidth: number): boolean {
  const limit = bandwidth * bandwidth * (1 + 1e-12);
  let squared = 0;
  for (let t = 0; t < a.length && squared <= limit; t++) squared += (a[t]! - b[t]!) ** 2;
  return Math.sqrt(squared) <= bandwidth;
}
