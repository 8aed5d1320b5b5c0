import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { METHOD_TABLES, type MethodTableFile, writeMethodTable } from "../../src/artifacts";
import { MemoryObjectStore } from "../support/memory-object-store";
import { initParquetFromDisk } from "./fixtures";

beforeAll(initParquetFromDisk);

async function written(file: MethodTableFile, rows: number, columns: Parameters<typeof writeMethodTable>[4]) {
  const objects = new MemoryObjectStore();
  const answer = await writeMethodTable(objects, file, file, rows, columns);
  const bytes = objects.objects.get(file)!;
  return { answer, rows: await parquetReadObjects({ file: bytes.slice().buffer as ArrayBuffer }) };
}

describe("a method's table", () => {
  it("has a cell a row, null for what is not there, and is cut into row groups", async () => {
    const count = 10_000;
    const { answer, rows } = await written("ordering.parquet", count, {
      member: Int32Array.from({ length: count }, (_, i) => i),
      reachability: Float32Array.from({ length: count }, (_, i) => (i === 0 ? Number.NaN : i / 2)),
      core_distance: new Float32Array(count).fill(1),
      predecessor: Array.from({ length: count }, (_, i) => (i === 0 ? null : i - 1)),
    });
    expect(answer.rows).toBe(count);
    expect(rows[0]).toEqual({ member: 0, reachability: null, core_distance: 1, predecessor: null });
    expect(rows[count - 1]).toEqual({
      member: count - 1,
      reachability: (count - 1) / 2,
      core_distance: 1,
      predecessor: count - 2,
    });
  });

  it("keeps lists of doubles as they are, as wide as the array is", async () => {
    const { rows } = await written("mixture.parquet", 2, {
      component: Int32Array.of(0, 1),
      weight: Float64Array.of(0.1, 0.9),
      mean: Float64Array.of(1 / 3, 2, 3, 4),
      covariance: Float64Array.of(1, 0, 0, 1, 2, 0, 0, 2),
    });
    expect(rows).toEqual([
      { component: 0, weight: 0.1, mean: [1 / 3, 2], covariance: [1, 0, 0, 1] },
      { component: 1, weight: 0.9, mean: [3, 4], covariance: [2, 0, 0, 2] },
    ]);
  });

  it("may have no rows", async () => {
    const { answer, rows } = await written("modes.parquet", 0, { mode: new Float64Array() });
    expect([answer.rows, rows]).toEqual([0, []]);
  });

  it("is refused when a column does not fit its rows, or is missing", async () => {
    const half = {
      left: Int32Array.of(0, 1, 2),
      right: Int32Array.of(1),
      distance: Float64Array.of(1),
      size: Int32Array.of(2),
    };
    await expect(written("tree.parquet", 2, half)).rejects.toThrow(/column left of tree has 3 values for 2 rows/);
    await expect(written("modes.parquet", 2, {})).rejects.toThrow(/column mode of modes has 0 values/);
  });

  it("names columns that point at rows as what they are", () => {
    expect(METHOD_TABLES["tree.parquet"].references).toEqual({ left: "node", right: "node" });
    expect(METHOD_TABLES["tree.parquet"].columns[0]).toMatchObject({ name: "left", type: "int32", nullable: false });
  });
});
