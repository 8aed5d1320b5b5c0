/** The rule that splits one cluster: what it takes, what it splits, and what it leaves whole. */
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../src/engine/limits";
import { leastCluster, mostRows, splitBytes, splitMs, splitRows } from "../../../src/engine/stages/subclusters/fit";
import { createKernels, run } from "../../../src/kernels";
import { blobs } from "../fixtures";
import { generator, modules } from "../harness";

const PAGE = 64 * 1024;

async function split(values: number[], dimensions: number, limitBytes = 64 * 1024 * 1024): Promise<Int32Array> {
  const kernels = createKernels(modules.plain, { limitBytes });
  const matrix = kernels.matrix(values.length / dimensions, dimensions);
  matrix.write(0, Float32Array.from(values));
  return splitRows(kernels, matrix, 3, async (slices) => run(slices));
}

const clusters = (labels: Int32Array): number => new Set(labels.filter((label) => label >= 0)).size;
const grouped = (rows: number, dimensions: number, centers: number) =>
  blobs("a", rows, { dimensions, centers, spread: 0.1 }).flatMap((one) => one.vector!);

describe("the split of a cluster", () => {
  it.each([
    [300, 4],
    [2500, 4],
    [300, 40],
    [2500, 40],
    [700, 300],
  ])("of %i rows in %i dimensions fits the memory that is planned", async (rows, dimensions) => {
    const limit = Math.ceil(splitBytes(rows, dimensions).kernels / PAGE) * PAGE;
    expect(clusters(await split(grouped(rows, dimensions, 5), dimensions, limit))).toBe(5);
  });

  it.each([
    [200, 3],
    [1000, 3],
    [200, 30],
    [1000, 30],
  ])("leaves a cloud of %i rows in %i dimensions whole", async (rows, dimensions) => {
    const random = generator(rows);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const labels = await split(Array.from({ length: rows * dimensions }, normal), dimensions);
    expect(clusters(labels)).toBeLessThan(2);
  });

  it("splits nothing that is too small for two parts, nor rows that are all the same", async () => {
    expect(clusters(await split(grouped(9, 3, 2), 3))).toBe(0);
    expect(clusters(await split(new Array<number>(300).fill(1), 3))).toBeLessThan(2);
    expect(clusters(await split(new Array<number>(6000).fill(1), 20))).toBeLessThan(2);
  });

  it("asks for larger parts of larger clusters, and for rows that an isolate has room and time for", () => {
    expect([50, 1000, 10_000].map(leastCluster)).toEqual([8, 32, 100]);
    for (const dimensions of [3, 12, 13, 512, 4096]) {
      const most = mostRows(1_000_000, dimensions, LIMITS);
      expect(most).toBeGreaterThan(500);
      expect(most).toBeLessThanOrEqual(20_000);
      expect(splitBytes(most, dimensions).kernels).toBeLessThanOrEqual(LIMITS.kernelBytes);
      expect(splitMs(most, dimensions)).toBeLessThanOrEqual(30_000);
    }
    expect(mostRows(700, 40, LIMITS)).toBe(700);
  });
});
