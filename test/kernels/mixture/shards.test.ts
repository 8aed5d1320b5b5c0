/** EM over shards: the same bytes as over one matrix, however the rows are cut and whatever order the shards come in. */
import { describe, expect, it } from "vitest";
import { type MixtureModel, type MixtureStart, type MixtureSums, mergeMixtureSums, run } from "../../../src/kernels";
import { blobs, bytes, generator, load, loadCentred, plain } from "../support";
import { OPTIONS, TYPES } from "./support";

const ROWS = 1_500;
const D = 5;

const print = (model: MixtureModel): string[] => [model.weights, model.means, model.covariances].map(bytes);

describe.each(TYPES)("%s covariances over shards", (type) => {
  const kernels = plain();
  const { matrix } = loadCentred(kernels, blobs(ROWS, D, 7, 2), D);
  const x = matrix.read(0, ROWS);
  const grid = { maxAbs: kernels.columnPeaks(matrix), rows: ROWS };

  /** Two EM rounds with the rows cut at `cuts`, the shards' sums merged in random order. */
  function rounds(cuts: number[], start: MixtureStart, seed: number): string[] {
    const next = generator(seed);
    const edges = [0, ...cuts, ROWS];
    const shards = cuts.concat(ROWS).map((to, i) => ({ from: edges[i]!, to }));
    const gather = (share: (from: number, to: number) => MixtureSums): MixtureSums =>
      shards
        .map(({ from, to }) => share(from, to))
        .sort(() => next() - 0.5)
        .reduce(mergeMixtureSums);
    const over = <T>(from: number, to: number, use: (shard: ReturnType<typeof load>) => T): T => {
      const mark = kernels.mark();
      try {
        return use(load(kernels, x.slice(from * D, to * D), D));
      } finally {
        kernels.release(mark);
      }
    };
    const begun = gather((from, to) =>
      over(from, to, (shard) => run(kernels.mixtureStart(shard, from, grid, type, start))),
    );
    let model = kernels.mixtureMaximization(begun, 1e-3, null);
    for (let round = 0; round < 2; round++) {
      const previous = model;
      const sums = gather((from, to) =>
        over(from, to, (shard) => run(kernels.mixtureExpectation(shard, from, grid, previous))),
      );
      expect(sums.likelihoods.size).toBe(Math.ceil(ROWS / 128));
      model = kernels.mixtureMaximization(sums, 1e-3, previous);
    }
    return print(model);
  }

  it.each([
    { kind: "centroids", centroids: x.slice(0, 4 * D) },
    { kind: "random", components: 4, seed: 3, restart: 1 },
    { kind: "rows", rows: x.slice(100 * D, 104 * D) },
  ] satisfies MixtureStart[])("give the same bytes from a start by $kind", (start) => {
    const whole = rounds([], start, 1);
    expect(rounds([640], start, 2)).toEqual(whole);
    expect(rounds([128, 256, 1_024, 1_408], start, 3)).toEqual(whole);
  });

  it("agree with the mixture of one matrix", () => {
    const options = { ...OPTIONS, covarianceType: type, components: 4, init: "random", tolerance: 0 } as const;
    const whole = run(kernels.gaussianMixture(matrix, { ...options, regularization: 1e-3, maxIter: 2 }));
    const start: MixtureStart = { kind: "random", components: 4, seed: options.seed, restart: 0 };
    expect(rounds([512], start, 4)).toEqual(print(whole.model));
  });

  it("start at multiples of 128 rows, within their grid", () => {
    const start: MixtureStart = { kind: "rows", rows: x.slice(0, D) };
    expect(() => kernels.mixtureStart(matrix, 64, grid, type, start)).toThrow(/multiple of 128/);
    const small = { maxAbs: new Float64Array(D), rows: ROWS };
    expect(() => kernels.mixtureStart(matrix, 0, small, type, start)).toThrow(/grid is for magnitudes/);
    expect(() => kernels.mixtureStart(matrix, 0, { ...grid, rows: 9 }, type, start)).toThrow(/grid is for 9 rows/);
  });
});
