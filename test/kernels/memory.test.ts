import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { OutOfMemory, run } from "../../src/kernels";
import type { Kernels, Matrix } from "../../src/kernels/contract";
import * as memory from "../../src/kernels/memory";
import { blobs, load, loadCentred, plain } from "./support";

const MIB = 1024 * 1024;

describe("the arena", () => {
  it("refuses what would pass the limit, with bytes and limit, and goes on working", () => {
    const kernels = plain(4 * MIB);
    let refusal: unknown;
    try {
      kernels.matrix(2 * MIB, 1);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(OutOfMemory);
    expect(refusal).toMatchObject({ bytesWanted: 8 * MIB, limitBytes: 4 * MIB });
    const values = blobs(100, 3, 2, 1);
    expect(load(kernels, values, 3).read(0, 100)).toEqual(values);
    expect(kernels.memoryBytes).toBeLessThanOrEqual(4 * MIB);
  });

  it("reuses released memory, as zeros", () => {
    const kernels = plain();
    const mark = kernels.mark();
    load(kernels, blobs(1_000, 50, 2, 1), 50);
    const grown = kernels.memoryBytes;
    for (let i = 0; i < 5; i++) {
      kernels.release(mark);
      expect(
        kernels
          .matrix(1_000, 50)
          .read(0, 1_000)
          .every((v) => v === 0),
      ).toBe(true);
    }
    expect(kernels.memoryBytes).toBe(grown);
  });

  it("is left as it was by every kernel, finished, refused or abandoned", () => {
    const kernels = plain();
    const { matrix, grid, mean } = loadCentred(kernels, blobs(2_000, 20, 3, 1), 20);
    const before = kernels.mark();
    const options = {
      clusters: 3,
      init: "k-means++",
      maxIter: 9,
      tolerance: 0,
      seed: 1,
      restart: 0,
      algorithm: "auto",
      weights: null,
    } as const;
    run(kernels.kmeans(matrix, options));
    run(kernels.assign(matrix, matrix.read(0, 3), 3, grid));
    const scatter = run(kernels.scatter(matrix, 0, grid));
    kernels.project(matrix, run(kernels.eigenSymmetric(scatter, 20, 2)).vectors, 2);
    run(kernels.silhouetteSums(matrix.read(0, 9), matrix, new Int32Array(2_000), 1, grid));
    kernels.coresetKeys(matrix, { firstRow: 0, totalRows: 2_000, totalSquaredDistance: 1, seed: 1 });
    kernels.center(matrix, mean);
    const abandoned = kernels.kmeans(matrix, options);
    abandoned.next();
    expect(kernels.mark()).toBeGreaterThan(before);
    abandoned.return({} as never);
    expect(() => kernels.matrix(64 * MIB, 1)).toThrow(OutOfMemory);
    expect(kernels.mark()).toBe(before);
  });

  it.each([
    [4_000, 32, 60, false],
    [3_000, 1, 7, true],
    [500, 300, 250, false],
    [20_000, 4, 2, false],
  ])("k-means of %i × %i, k = %i (weighted: %s) stays within its formula, and not far below", (n, d, k, weighted) => {
    const kernels = plain();
    const { matrix } = loadCentred(kernels, blobs(n, d, 5, 1), d);
    const before = kernels.mark();
    let most = 0;
    const slices = kernels.kmeans(matrix, {
      clusters: k,
      init: "k-means++",
      maxIter: 20,
      tolerance: 0,
      seed: 1,
      restart: 0,
      algorithm: "auto",
      weights: weighted ? new Float64Array(n).fill(2) : null,
    });
    while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
    const formula = memory.kmeansBytes(n, d, k, weighted) + memory.BASE_BYTES;
    expect(most).toBeLessThanOrEqual(formula);
    expect(most).toBeGreaterThan(0.6 * formula);
  });

  /** Rows, dimensions, clusters: each kernel in an instance of its own, whose memory then is what it took. */
  const shapes = [
    [60_000, 4, 3],
    [3_000, 256, 40],
    [1_000, 1_000, 200],
  ] as const;
  const PAGE = 64 * 1024;
  it.each(shapes)("every other kernel at %i × %i, k = %i stays within its formula", (n, d, k) => {
    const values = blobs(n, d, 3, 1);
    const queries = 300;
    const grid = { maxAbs: 100, rows: n };
    const uses: [number, (kernels: Kernels, matrix: Matrix) => unknown][] = [
      [memory.assignBytes(n, d, k), (kernels, matrix) => run(kernels.assign(matrix, matrix.read(0, k), k, grid))],
      [memory.scatterBytes(d), (kernels, matrix) => run(kernels.scatter(matrix, 0, grid))],
      [
        memory.coresetBytes(n),
        (kernels, matrix) =>
          kernels.coresetKeys(matrix, { firstRow: 0, totalRows: n, totalSquaredDistance: 1, seed: 1 }),
      ],
      [memory.projectBytes(n, d), (kernels, matrix) => kernels.project(matrix, new Float64Array(3 * d).fill(1), 3)],
      [
        memory.silhouetteBytes(n, d, k, queries),
        (kernels, matrix) => run(kernels.silhouetteSums(matrix.read(0, queries), matrix, new Int32Array(n), k, grid)),
      ],
    ];
    for (const [formula, use] of uses) {
      const kernels = plain();
      use(kernels, load(kernels, values, d));
      const bound = memory.BASE_BYTES + memory.matrixBytes(n, d) + formula;
      expect(kernels.memoryBytes).toBeLessThanOrEqual(Math.ceil(bound / PAGE) * PAGE);
      expect(kernels.memoryBytes).toBeGreaterThan(0.8 * bound - PAGE);
    }
  });

  it.each([
    [400, 3],
    [400, 50],
    [400, 51],
    [300, 300],
    [128, 1],
    [40, 40],
  ])("eigenpairs of %i dimensions, %i of them, stay within their formula, and not far below", (d, count) => {
    const kernels = plain();
    const diagonal = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 + i : 0));
    run(kernels.eigenSymmetric(diagonal, d, count));
    const bound = memory.BASE_BYTES + memory.eigenBytes(d, count);
    expect(kernels.memoryBytes).toBeLessThanOrEqual(Math.ceil(bound / PAGE) * PAGE);
    expect(kernels.memoryBytes).toBeGreaterThan(0.8 * bound - PAGE);
  });
});

describe("a matrix", () => {
  it("refuses rows outside of it, partial rows and senseless shapes", () => {
    const kernels = plain();
    const matrix = kernels.matrix(4, 3);
    expect(() => matrix.write(3, new Float32Array(6))).toThrow(/rows 3 to 5/);
    expect(() => matrix.write(0, new Float32Array(4))).toThrow(/4 values/);
    expect(() => matrix.read(2, 5)).toThrow(RangeError);
    expect(() => kernels.matrix(-1, 3)).toThrow(/rows/);
    expect(() => kernels.matrix(1, 0)).toThrow(/dimensions/);
    expect(() => plain().maxAbs(matrix)).toThrow(/another kernel module/);
  });

  it("refuses magnitudes whose distances would pass float32", () => {
    const kernels = plain();
    const matrix = load(kernels, Float32Array.of(2e38), 1);
    expect(() => kernels.maxAbs(matrix)).toThrow(/passes the limit/);
  });

  it("normalises blocks of columns and leaves zeros", () => {
    const kernels = plain();
    const matrix = load(kernels, Float32Array.of(9, 3, 4, 0, 7, 0, 0, 1, 1, 1e-30, 0, 2), 4);
    kernels.normalizeRows(matrix, 1, 3, 2);
    const expected = [9, 1.2, 1.6, 0, 7, 0, 0, 1, 1, 2, 0, 2];
    for (const [i, value] of matrix.read(0, 3).entries()) expect(value).toBeCloseTo(expected[i]!, 6);
    expect(() => kernels.normalizeRows(matrix, 2, 5, 1)).toThrow(/columns 2 to 5/);
  });

  it("centres in f64", () => {
    const kernels = plain();
    const matrix = load(kernels, Float32Array.of(16_777_216, 1, 16_777_218, 3), 2);
    kernels.center(matrix, Float64Array.of(16_777_217, 2));
    expect([...matrix.read(0, 2)]).toEqual([-1, -1, 1, 1]);
  });
});

describe("coreset keys", () => {
  const options = { totalRows: 3_000, totalSquaredDistance: 0, seed: 5 };

  it("are the same whatever shard a row lies in", () => {
    const kernels = plain();
    const { matrix } = loadCentred(kernels, blobs(3_000, 4, 3, 1), 4);
    const whole = kernels.coresetKeys(matrix, { ...options, firstRow: 0, totalSquaredDistance: 9_000 });
    const part = kernels.matrix(1_000, 4);
    part.write(0, matrix.read(2_000, 3_000));
    const shard = kernels.coresetKeys(part, { ...options, firstRow: 2_000, totalSquaredDistance: 9_000 });
    expect(shard.keys).toEqual(whole.keys.slice(2_000));
    expect(shard.probabilities).toEqual(whole.probabilities.slice(2_000));
  });

  it("mix a uniform share with the squared distance, and draw by it", () => {
    const kernels = plain();
    const matrix = load(
      kernels,
      Float32Array.from({ length: 3_000 }, (_, i) => (i < 100 ? 10 : 0)),
      1,
    );
    const { keys, probabilities } = kernels.coresetKeys(matrix, {
      ...options,
      firstRow: 0,
      totalSquaredDistance: 10_000,
    });
    expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(probabilities[0]).toBeCloseTo(0.5 / 3_000 + 0.5 / 100, 12);
    const drawn = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!).slice(0, 60);
    const far = drawn.filter((row) => row < 100).length;
    expect(far).toBeGreaterThan(12);
    expect(far).toBeLessThan(45);
  });

  it("are uniform where every row is the mean", () => {
    const kernels = plain();
    const { probabilities } = kernels.coresetKeys(kernels.matrix(3_000, 2), { ...options, firstRow: 0 });
    expect(probabilities.every((p) => p === 1 / 3_000)).toBe(true);
  });
});

describe("the generated tiles", () => {
  it("are what the script writes", async () => {
    const root = resolve(import.meta.dirname, "../..");
    const script = (await import(`${root}/scripts/generate-kernels.mjs`)) as { generate(): string };
    expect(readFileSync(`${root}/asm/linalg/generated/tiles.ts`, "utf8")).toBe(script.generate());
  });
});
