/**
 * Looks for the weights of several features: each from 0.1 to 1, the largest 1, since measures of a clustering do not change when all
 * grow alike. 0.1 is the least so that every feature keeps a say: whoever wants one left out leaves it out.
 */
import { rowHash } from "../sampling";
import { expectedImprovement, fitProcess } from "./process";

export interface Tried {
  weights: number[];
  /** Larger is better; null where the weights gave no clustering that can be measured. */
  value: number | null;
}

export type Evaluate = (weights: number[]) => Promise<number | null>;

const LEAST = 0.1;
/** Points of the grid's axes at most. */
const MOST_LEVELS = 10;
/** Where expected improvement is looked for: at random, and around the best so far. */
const CANDIDATES = 1_000;
const NEIGHBORS = 200;
const NEIGHBORHOOD = 0.1;
const PURPOSE = 21;

/** The best of those tried; equal weights win ties, being first. */
export function bestOf(tried: readonly Tried[]): Tried {
  let best = tried[0]!;
  for (const one of tried) if (one.value !== null && (best.value === null || one.value > best.value)) best = one;
  return best;
}

/** Every point of the finest grid that has at most `iterations`; where even the coarsest has more, a seeded choice of it. */
export async function gridSearch(
  features: number,
  iterations: number,
  seed: number,
  evaluate: Evaluate,
): Promise<Tried[]> {
  let levels = 2;
  const size = (count: number) => count ** features - (count - 1) ** features;
  while (levels < MOST_LEVELS && size(levels + 1) <= iterations) levels++;
  const equal = new Array<number>(features).fill(1);
  const points = size(levels) <= iterations ? gridOf(features, levels) : sampled(features, iterations, seed);
  return evaluated([equal, ...points.filter((point) => point.some((weight) => weight !== 1))], evaluate);
}

/** Points whose largest weight is 1, in a fixed order. */
function gridOf(features: number, levels: number): number[][] {
  const points: number[][] = [];
  const count = levels ** features;
  for (let index = 0; index < count; index++) {
    const point = Array.from({ length: features }, (_, j) => Math.floor(index / levels ** j) % levels);
    if (Math.max(...point) === levels - 1)
      points.push(point.map((level) => Math.round(1e3 * (LEAST + ((1 - LEAST) * level) / (levels - 1))) / 1e3));
  }
  return points;
}

/** Corners of the cube, distinct: all but equal weights. */
function sampled(features: number, iterations: number, seed: number): number[][] {
  const found = new Map<string, number[]>();
  for (let draw = 0; found.size < iterations - 1 && draw < 50 * iterations; draw++) {
    const point = Array.from({ length: features }, (_, j) =>
      rowHash(seed, PURPOSE, draw * features + j) & 1 ? 1 : LEAST,
    );
    if (point.some((weight) => weight === 1) && point.some((weight) => weight !== 1)) found.set(point.join(), point);
  }
  return [...found.values()];
}

/**
 * Bayesian optimisation: a Gaussian process over the logarithms of the weights says where the most improvement is expected. It starts from equal
 * weights, from each feature leading, and from points of the Halton sequence.
 */
export async function bayesianSearch(
  features: number,
  iterations: number,
  seed: number,
  evaluate: Evaluate,
): Promise<Tried[]> {
  const equal = new Array<number>(features).fill(1);
  const leading = equal.map((_, lead) => equal.map((_, j) => (j === lead ? 1 : 0.3)));
  const first = [equal, ...leading].slice(0, Math.max(1, Math.floor(iterations / 2)));
  for (let i = 1; first.length < Math.ceil(iterations / 3); i++) first.push(weightsOf(halton(i, features)));
  const tried = await evaluated(first, evaluate);
  while (tried.length < iterations) {
    const next = promising(tried, features, seed);
    if (!next) break;
    tried.push({ weights: next, value: await evaluate(next) });
  }
  return tried;
}

async function evaluated(points: number[][], evaluate: Evaluate): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const weights of points) tried.push({ weights, value: await evaluate(weights) });
  return tried;
}

/** Where the most improvement is expected; null where none is. */
function promising(tried: readonly Tried[], features: number, seed: number): number[] | null {
  const known = tried.flatMap(({ value }) => value ?? []);
  // What cannot be measured is as bad as the worst that can.
  const worst = known.length > 0 ? Math.min(...known) : 0;
  const process = fitProcess(
    tried.map(({ weights }) => coordinates(weights)),
    tried.map(({ value }) => value ?? worst),
  );
  const best = bestOf(tried);
  const random = (i: number) => rowHash(seed, PURPOSE + tried.length, i) / 2 ** 32;
  const center = coordinates(best.weights);
  const taken = new Set(tried.map(({ weights }) => weights.join()));
  let found: { weights: number[]; gain: number } | null = null;
  for (let i = 0; i < CANDIDATES + NEIGHBORS; i++) {
    const draw = (j: number) => random(i * features + j);
    const point = center.map((at, j) =>
      i < CANDIDATES ? draw(j) : Math.min(1, Math.max(0, at + NEIGHBORHOOD * (2 * draw(j) - 1))),
    );
    const weights = weightsOf(point);
    const gain = expectedImprovement(process(coordinates(weights)), best.value ?? worst);
    if (!taken.has(weights.join()) && (!found || gain > found.gain)) found = { weights, gain };
  }
  return found && found.gain > 0 ? found.weights : null;
}

/** From the unit cube: logarithmic, the largest weight 1, three decimals. */
function weightsOf(point: readonly number[]): number[] {
  const largest = Math.max(...point);
  return point.map((at) => Math.max(LEAST, Math.round(1e3 * LEAST ** (largest - at)) / 1e3));
}

const coordinates = (weights: readonly number[]): number[] =>
  weights.map((weight) => 1 - Math.log(weight) / Math.log(LEAST));

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

function halton(index: number, features: number): number[] {
  return Array.from({ length: features }, (_, j) => {
    const base = PRIMES[j % PRIMES.length]!;
    let [value, share, left] = [0, 1, index + Math.floor(j / PRIMES.length)];
    while (left > 0) {
      share /= base;
      value += share * (left % base);
      left = Math.floor(left / base);
    }
    return value;
  });
}
