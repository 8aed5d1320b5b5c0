import { describe, expect, it } from "vitest";
import { createKernels, type Kernels, type Matrix, type MeanShiftOptions, run } from "../../../src/kernels";
import * as memory from "../../../src/kernels/memory";
import { bandwidthBytes, meanShiftBytes } from "../../../src/kernels/modes/memory";
import { blobs, bytes, generator, load, plain, relaxedModule } from "../support";
import { bruteBandwidth, bruteLabels, bruteMeanShift, rowsOf } from "./support";

const OPTIONS: MeanShiftOptions = {
  bandwidth: 3,
  seeds: null,
  binSeeding: false,
  minBinFreq: 1,
  clusterAll: true,
  maxIter: 300,
};

function solve(values: Float32Array, d: number, options: Partial<MeanShiftOptions> = {}, kernels: Kernels = plain()) {
  return run(kernels.meanShift(load(kernels, values, d), { ...OPTIONS, ...options }));
}

/** The same modes, labels and moves as the definition's from these seeds. */
function expectAgreement(values: Float32Array, d: number, seeds: number[][], options: Partial<MeanShiftOptions>): void {
  const { bandwidth, maxIter, clusterAll } = { ...OPTIONS, ...options };
  const rows = rowsOf(values, d);
  const expected = bruteMeanShift(rows, { bandwidth: bandwidth!, seeds, maxIter });
  const result = solve(values, d, options);
  expect([...result.intensities]).toEqual(expected.modes.map(({ members }) => members));
  const centers = expected.modes.map(({ mean }) => mean);
  const size = Math.max(...centers.flat().map(Math.abs));
  for (const [i, value] of centers.flat().entries()) {
    expect(Math.abs(result.centers[i]! - value)).toBeLessThan(1e-12 * size);
  }
  expect(result.iterations).toBe(expected.iterations);
  expect([...result.labels]).toEqual(bruteLabels(rows, centers, clusterAll ? Infinity : bandwidth!));
}

describe("mean shift", () => {
  it.each([
    [300, 2, 2],
    [200, 7, 3],
    [150, 64, 7],
    [180, 1, 0.4],
  ])("from every row is the definition's at %i × %i, bandwidth %d", (n, d, bandwidth) => {
    const values = blobs(n, d, 4, n);
    expectAgreement(values, d, rowsOf(values, d), { bandwidth });
    expectAgreement(values, d, rowsOf(values, d), { bandwidth: bandwidth / 2, clusterAll: false });
  });

  it("stops after max_iter moves", () => {
    const values = blobs(200, 2, 3, 9);
    for (const maxIter of [0, 1, 3]) expectAgreement(values, 2, rowsOf(values, 2), { bandwidth: 1, maxIter });
  });

  it("starts at given seeds, and leaves out those that reach nothing", () => {
    const values = blobs(200, 2, 3, 9);
    const seeds = [[0.5, 0.25], [900, 900], [...values.subarray(10, 12)]];
    expectAgreement(values, 2, seeds, { seeds: Float64Array.from(seeds.flat()), bandwidth: 2 });
    expect(() => solve(values, 2, { seeds: Float64Array.of(900, 900) })).toThrow(/no row is within the bandwidth of 3/);
  });

  it("starts in the middle of bins that hold enough, halves going to the even one", () => {
    const values = blobs(400, 2, 3, 4);
    values.set([0.75, -0.75, 2.25, -0.0], 0);
    const size = 1.5;
    const even = (v: number): number => {
      const floor = Math.floor(v);
      return v - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(v);
    };
    const bins = new Map<string, { at: number[]; count: number }>();
    for (const row of rowsOf(values, 2)) {
      const at = row.map((v) => even(v / size) + 0);
      const bin = bins.get(at.join()) ?? { at, count: 0 };
      bins.set(at.join(), { at, count: bin.count + 1 });
    }
    for (const minBinFreq of [1, 4]) {
      const seeds = [...bins.values()]
        .filter(({ count }) => count >= minBinFreq)
        .map(({ at }) => at.map((v) => v * size));
      expect(seeds.length).toBeLessThan(400);
      expectAgreement(values, 2, seeds, { bandwidth: size, binSeeding: true, minBinFreq });
    }
    expect(() => solve(values, 2, { bandwidth: size, binSeeding: true, minBinFreq: 401 })).toThrow(RangeError);
  });

  it("starts at the rows where the grid parts them all", () => {
    const values = Float32Array.from({ length: 60 }, (_, i) => 10 * i);
    const parted = solve(values, 1, { bandwidth: 4, binSeeding: true });
    expect(bytes(parted.centers)).toBe(bytes(solve(values, 1, { bandwidth: 4 }).centers));
    expect(parted.centers.length).toBe(60);
  });

  it("counts a row at exactly the bandwidth", () => {
    const { centers, intensities } = solve(Float32Array.of(0, 2, 4), 1, { bandwidth: 2 });
    expect([...centers]).toEqual([2]);
    expect([...intensities]).toEqual([3]);
  });

  it("holds far from the origin, where float32 cannot tell a mean from a row", () => {
    const next = generator(7);
    const values = Float32Array.from({ length: 400 }, () => 65_536 + Math.round(40 * next()) / 16);
    expectAgreement(values, 2, rowsOf(values, 2), { bandwidth: 0.375 });
  });

  it("holds at huge and tiny magnitudes", () => {
    const values = blobs(150, 3, 3, 5);
    const { labels } = solve(values, 3, { bandwidth: 2 });
    for (const factor of [2 ** 60, 2 ** -66]) {
      const scaled = values.map((v) => v * factor);
      expect([...solve(scaled, 3, { bandwidth: 2 * factor }).labels]).toEqual([...labels]);
      const kernels = plain();
      const bandwidth = run(kernels.estimateBandwidth(load(kernels, scaled, 3), { quantile: 0.3 }));
      expect(bandwidth / factor).toBeCloseTo(bruteBandwidth(rowsOf(values, 3), 0.3), 5);
    }
  });

  it("takes one row, equal rows and constant columns", () => {
    expect([...solve(Float32Array.of(4, 5), 2).centers]).toEqual([4, 5]);
    for (const bandwidth of [null, 1]) {
      const equal = solve(new Float32Array(200).fill(3), 2, { bandwidth });
      expect([...equal.centers]).toEqual([3, 3]);
      expect([...equal.labels]).toEqual(new Array(100).fill(0));
    }
    const column = blobs(100, 1, 3, 4);
    const wide = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? column[i >> 1]! : 5));
    expect([...solve(wide, 2).labels]).toEqual([...solve(column, 1).labels]);
  });

  it("is the same in every build, in any state of the memory, and after an abandoned run", () => {
    const values = blobs(700, 5, 6, 2);
    const first = solve(values, 5);
    const used = plain();
    load(used, blobs(333, 5, 2, 1), 5);
    const abandoned = used.meanShift(load(used, values, 5), OPTIONS);
    abandoned.next();
    abandoned.return({} as never);
    for (const again of [solve(values, 5, {}, used), solve(values, 5, {}, createKernels(relaxedModule))]) {
      for (const key of ["labels", "centers", "intensities"] as const)
        expect(bytes(again[key])).toBe(bytes(first[key]));
    }
  });

  it("gives a mean the same end whatever others it moves with", () => {
    const values = blobs(300, 4, 3, 2);
    const rows = rowsOf(values, 4);
    const from = (seeds: number[][]) => solve(values, 4, { seeds: Float64Array.from(seeds.flat()) });
    const all = from(rows);
    expect(bytes(from(rows.toReversed()).centers)).toBe(bytes(all.centers));
    const best = rows.find((row) => bytes(from([row]).centers) === bytes(all.centers.slice(0, 4)));
    expect(best).toBeDefined();
  });

  it("labels other rows by modes that are kept", () => {
    const values = blobs(300, 4, 3, 2);
    const kernels = plain();
    const matrix = load(kernels, values, 4);
    const { labels, centers } = run(kernels.meanShift(matrix, OPTIONS));
    expect(bytes(run(kernels.modeLabels(matrix, centers, Infinity)))).toBe(bytes(labels));
    const modes = Array.from({ length: centers.length / 4 }, (_, i) => [...centers.subarray(4 * i, 4 * i + 4)]);
    expect([...run(kernels.modeLabels(matrix, centers, 1))]).toEqual(bruteLabels(rowsOf(values, 4), modes, 1));
    expect(() => run(kernels.modeLabels(matrix, centers.subarray(1), 1))).toThrow(/whole modes of 4/);
  });

  it("refuses what makes no sense", () => {
    const values = blobs(20, 2, 1, 1);
    const refuse = (options: Partial<MeanShiftOptions>, message: RegExp, x = values): void => {
      expect(() => solve(x, 2, options)).toThrow(RangeError);
      expect(() => solve(x, 2, options)).toThrow(message);
    };
    refuse({}, /at least one row/, new Float32Array(0));
    refuse({ bandwidth: 0 }, /bandwidth/);
    refuse({ bandwidth: Number.NaN }, /bandwidth/);
    refuse({ minBinFreq: 0 }, /minBinFreq/);
    refuse({ maxIter: -1 }, /maxIter/);
    refuse({ seeds: new Float64Array(3) }, /whole seeds of 2/);
    refuse({ seeds: Float64Array.of(1, Infinity) }, /seed 0: Infinity/);
    const broken = values.slice();
    broken[5] = Number.NaN;
    refuse({}, /row 2, dimension 1: NaN/, broken);
    refuse({ bandwidth: null }, /row 2, dimension 1: NaN/, broken);
    const kernels = plain();
    expect(() => run(kernels.estimateBandwidth(load(kernels, values, 2), { quantile: 2 }))).toThrow(/quantile/);
  });
});

describe("the estimate of a bandwidth", () => {
  it.each([
    [1, 3, 0.3],
    [2, 3, 0.3],
    [257, 2, 0.3],
    [120, 130, 0.5],
    [300, 1, 0.01],
    [300, 1, 0],
    [90, 5, 1],
  ])("is the definition's at %i × %i, quantile %d", (n, d, quantile) => {
    const values = blobs(n, d, 3, n);
    const kernels = plain();
    const bandwidth = run(kernels.estimateBandwidth(load(kernels, values, d), { quantile }));
    expect(bandwidth).toBeCloseTo(bruteBandwidth(rowsOf(values, d), quantile), 5);
    if (n > 2 && quantile === 0.3) expect(solve(values, d, { bandwidth: null }).bandwidth).toBe(bandwidth);
  });
});

describe("memory", () => {
  it.each([
    [9_000, 3],
    [1_500, 200],
    [300, 900],
  ])("of %i × %i stays within its formula, and not far below", (n, d) => {
    const measure = (start: (kernels: Kernels, matrix: Matrix) => Generator<unknown, unknown>): number => {
      const kernels = plain();
      const matrix = load(kernels, blobs(n, d, 4, 1), d);
      const before = kernels.mark();
      let most = 0;
      const slices = start(kernels, matrix);
      while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
      expect(kernels.mark()).toBe(before);
      return most;
    };
    const estimate = measure((kernels, matrix) => kernels.estimateBandwidth(matrix, { quantile: 0.3 }));
    expect(estimate).toBeLessThanOrEqual(bandwidthBytes(n, d) + memory.BASE_BYTES);
    expect(estimate).toBeGreaterThan(0.8 * bandwidthBytes(n, d));
    const seeds = Float64Array.from(blobs(n, d, 4, 1).subarray(0, 60 * d));
    const whole = measure((kernels, matrix) => kernels.meanShift(matrix, { ...OPTIONS, bandwidth: null, seeds }));
    expect(whole).toBeLessThanOrEqual(meanShiftBytes(n, d) + memory.BASE_BYTES);
    expect(whole).toBeGreaterThan(0.8 * meanShiftBytes(n, d));
  });

  it("fits 50,000 × 50 into an isolate's share, ten thousand modes included", () => {
    expect(meanShiftBytes(50_000, 50, 10_000) + memory.matrixBytes(50_000, 50)).toBeLessThan(48 * 2 ** 20);
  });
});
