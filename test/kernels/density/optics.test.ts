import { describe, expect, it } from "vitest";
import { createKernels, type Kernels, type Metric, type OpticsOptions, opticsLabels, run } from "../../../src/kernels";
import { opticsBytes } from "../../../src/kernels/density/optics/memory";
import * as memory from "../../../src/kernels/memory";
import { label, METRICS } from "../neighbors/support";
import { blobs, bytes, generator, load, plain, relaxedModule } from "../support";
import { PLOTS } from "./optics-plots";
import { bruteOptics } from "./optics-support";

const EUCLIDEAN: Metric = { name: "euclidean" };
const XI = { method: "xi", xi: 0.05, predecessorCorrection: true, minClusterSize: null } as const;
const OPTIONS: OpticsOptions = { minSamples: 5, maxEps: Infinity, metric: EUCLIDEAN, extraction: XI };

function solve(values: Float32Array, d: number, options: Partial<OpticsOptions> = {}, kernels: Kernels = plain()) {
  return run(kernels.optics(load(kernels, values, d), { ...OPTIONS, ...options }));
}

/** Equal up to rounding, tie or no tie: the order itself too, since the data have no accidental ties. */
function expectAgreement(values: Float32Array, d: number, minSamples: number, metric: Metric, maxEps = Infinity): void {
  const result = solve(values, d, { minSamples, metric, maxEps });
  const expected = bruteOptics(values, d, minSamples, metric, maxEps);
  expect([...result.ordering]).toEqual([...expected.ordering]);
  expect([...result.predecessor]).toEqual([...expected.predecessor]);
  for (const [i, value] of expected.reachability.entries()) {
    for (const [ours, theirs] of [
      [result.reachability[i]!, value],
      [result.coreDistances[i]!, expected.coreDistances[i]!],
    ] as const) {
      if (theirs === Infinity || theirs === 0) expect(ours).toBe(theirs);
      else expect(Math.abs(ours / theirs - 1)).toBeLessThan(1e-12);
    }
  }
}

describe("an OPTICS ordering", () => {
  it.each(METRICS.map((metric) => [label(metric), metric] as const))("is the definition's for %s", (_, metric) => {
    expectAgreement(blobs(300, 7, 4, 3), 7, 5, metric);
  });

  it.each([
    [400, 1, 3],
    [500, 2, 4],
    [260, 130, 6],
    [700, 20, 15],
  ])("is the definition's at %i × %i, %i samples", (n, d, minSamples) => {
    expectAgreement(blobs(n, d, 5, n), d, minSamples, EUCLIDEAN);
  });

  it("starts anew where max_eps ends a component, and calls no sparse row a core row", () => {
    const values = blobs(400, 3, 5, 8);
    expectAgreement(values, 3, 6, EUCLIDEAN, 0.6);
    const { reachability, coreDistances } = solve(values, 3, { minSamples: 6, maxEps: 0.6 });
    expect(reachability.filter((r) => r === Infinity).length).toBeGreaterThan(1);
    expect(coreDistances).toContain(Infinity);
  });

  it("counts a row at exactly max_eps", () => {
    const { reachability } = solve(Float32Array.of(0, 3, 6, 10), 1, { minSamples: 2, maxEps: 3 });
    expect([...reachability]).toEqual([Infinity, 3, 3, Infinity]);
  });

  it("takes the lower of equally near rows, on a lattice", () => {
    const lattice = Float32Array.from({ length: 2 * 144 }, (_, i) =>
      i % 2 === 0 ? Math.floor(i / 24) : (i >> 1) % 12,
    );
    expectAgreement(lattice, 2, 4, { name: "manhattan" });
    expectAgreement(lattice, 2, 4, EUCLIDEAN);
  });

  it("holds far from the origin and at huge and tiny magnitudes", () => {
    const values = blobs(200, 3, 3, 5);
    const { ordering } = solve(values, 3);
    for (const factor of [2 ** 60, 2 ** -66]) {
      const scaled = solve(
        values.map((v) => v * factor),
        3,
      );
      expect([...scaled.ordering]).toEqual([...ordering]);
    }
    const next = generator(4);
    expectAgreement(
      Float32Array.from({ length: 600 }, () => 4_096 + next()),
      3,
      4,
      EUCLIDEAN,
    );
  });

  it("puts rows without a direction at 1 from all others", () => {
    const values = blobs(60, 4, 2, 6);
    values.fill(0, 40, 60);
    expectAgreement(values, 4, 4, { name: "cosine" });
  });

  it("forgets lists that have no room, and finds the same", () => {
    // All rows lie nearer to each other than to what was reached before: nothing can be left out early.
    const d = 40;
    const values = Float32Array.from({ length: 300 * d }, (_, i) =>
      Math.floor(i / d) % d === i % d ? 1 + i / 1e6 : 0,
    );
    expectAgreement(values, d, 3, EUCLIDEAN);
  });

  it("is the same in every build, in any state of the memory, and after an abandoned run", () => {
    const values = blobs(900, 9, 6, 2);
    const first = solve(values, 9);
    const used = plain();
    load(used, blobs(333, 5, 2, 1), 5);
    const abandoned = used.optics(load(used, values, 9), OPTIONS);
    abandoned.next();
    abandoned.return({} as never);
    for (const again of [solve(values, 9, {}, used), solve(values, 9, {}, createKernels(relaxedModule))]) {
      for (const key of ["labels", "ordering", "reachability", "coreDistances", "predecessor"] as const) {
        expect(bytes(again[key])).toBe(bytes(first[key]));
      }
    }
  });

  it("takes two rows, equal rows and constant columns", () => {
    expect([...solve(Float32Array.of(1, 4), 1, { minSamples: 2 }).reachability]).toEqual([Infinity, 3]);
    const equal = solve(new Float32Array(5_000 * 64).fill(7), 64);
    expect([...equal.ordering]).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    expect([...equal.reachability]).toEqual([Infinity, ...new Array(4_999).fill(0)]);
    const column = blobs(150, 1, 3, 4);
    const wide = Float32Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? column[i >> 1]! : 5));
    expect(bytes(solve(wide, 2).reachability)).toBe(bytes(solve(column, 1).reachability));
  });

  it("refuses what makes no sense", () => {
    const values = blobs(20, 2, 1, 1);
    const refuse = (options: Partial<OpticsOptions>, message: RegExp, x = values): void => {
      expect(() => solve(x, 2, options)).toThrow(RangeError);
      expect(() => solve(x, 2, options)).toThrow(message);
    };
    refuse({ minSamples: 1 }, /minSamples must be/);
    refuse({ minSamples: 21 }, /minSamples is 21, and there are 20 rows/);
    refuse({}, /there are 0 rows/, new Float32Array(0));
    refuse({}, /there are 1 rows/, new Float32Array(2));
    refuse({ maxEps: 0 }, /maxEps/);
    refuse({ maxEps: Number.NaN }, /maxEps/);
    refuse({ metric: { name: "minkowski", p: 0 } }, /power/);
    refuse({ maxEps: 1, extraction: { method: "dbscan", eps: 2 } }, /eps must be/);
    refuse({ extraction: { ...XI, xi: 1.5 } }, /xi/);
    refuse({ extraction: { ...XI, minClusterSize: 1.5 } }, /minClusterSize/);
    refuse({ extraction: { ...XI, minClusterSize: 30 } }, /minClusterSize is 30/);
    const broken = values.slice();
    broken[5] = Number.NaN;
    refuse({}, /row 2, dimension 1: NaN/, broken);
  });
});

describe("extraction", () => {
  /** A plot with given heights; row i is reached in place i, from the row before. */
  const plot = (heights: number[], core: number[] = heights) => ({
    ordering: Int32Array.from(heights.keys()),
    reachability: Float64Array.from(heights),
    coreDistances: Float64Array.from(core),
    predecessor: Int32Array.from(heights.keys(), (i) => i - 1),
  });

  it.each(PLOTS)("by xi = $xi is the reference's, with the correction by predecessors and without", (stored) => {
    const { xi, minSamples, minClusterSize } = stored;
    const order = {
      ordering: Int32Array.from(stored.ordering),
      reachability: Float64Array.from(stored.reachability),
      coreDistances: Float64Array.from(stored.reachability),
      predecessor: Int32Array.from(stored.predecessor),
    };
    const labels = (predecessorCorrection: boolean): number[] => [
      ...opticsLabels(order, { method: "xi", xi, predecessorCorrection, minClusterSize }, minSamples, Infinity),
    ];
    expect(labels(true)).toEqual(stored.corrected);
    expect(labels(false)).toEqual(stored.uncorrected);
    expect(stored.corrected).not.toEqual(stored.uncorrected);
  });

  it("keeps no cluster below its minimum size, given as a count or a share", () => {
    const heights = [Infinity, 1, 1, 9, 2, 2, 2, 2, 2, 9, 9];
    const sizes = (minClusterSize: number): number =>
      Math.max(...opticsLabels(plot(heights), { ...XI, minClusterSize }, 2, Infinity)) + 1;
    expect(sizes(3)).toBe(2);
    expect(sizes(4)).toBe(1);
    expect(sizes(4.4 / 11)).toBe(1);
    expect(sizes(3.4 / 11)).toBe(2);
  });

  it("cuts at eps: core rows start clusters, others that are out of reach are noise", () => {
    const order = plot([Infinity, 1, 5, 1, 6, 2], [1, 1, 1, 9, 7, 2]);
    expect([...opticsLabels(order, { method: "dbscan", eps: 3 }, 2, Infinity)]).toEqual([0, 0, 1, 1, -1, 1]);
    expect([...opticsLabels(order, { method: "dbscan", eps: null }, 2, Infinity)]).toEqual([-1, -1, -1, -1, -1, -1]);
  });
});

describe("memory", () => {
  it.each([
    [6_000, 3, 5, EUCLIDEAN],
    [1_500, 120, 40, { name: "cosine" } as Metric],
    [2_000, 30, 10, { name: "manhattan" } as Metric],
  ])("of %i × %i with %i samples stays within its formula, and not far below", (n, d, minSamples, metric) => {
    const kernels = plain();
    const matrix = load(kernels, blobs(n, d, 4, 1), d);
    const before = kernels.mark();
    let most = 0;
    const slices = kernels.optics(matrix, { ...OPTIONS, minSamples, metric });
    while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
    const formula = opticsBytes(n, d, minSamples, metric) + memory.BASE_BYTES;
    expect(most).toBeLessThanOrEqual(formula);
    expect(most).toBeGreaterThan(0.6 * formula);
    expect(kernels.mark()).toBe(before);
  });

  it("fits 50,000 × 50 into an isolate's share", () => {
    for (const minSamples of [5, 100]) {
      const bytes = opticsBytes(50_000, 50, minSamples, EUCLIDEAN) + memory.matrixBytes(50_000, 50);
      expect(bytes).toBeLessThan(48 * 2 ** 20);
    }
  });
});
