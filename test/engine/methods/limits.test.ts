/** What no isolate or no task can do is refused before anything is paid for, with what would fit. */
import { describe, expect, it } from "vitest";
import { ShoalError } from "../../../src/domain/errors";
import type { VectorMethodName } from "../../../src/domain/run/methods";
import { LIMITS } from "../../../src/engine/limits";
import { plan } from "../../../src/engine/planner";
import { byDefault, methodSpec } from "./support";

const shape = (rows: number, dimensions: number) => ({
  rows,
  noiseRows: 0,
  missingRows: 0,
  dimensions,
  perCollection: [rows],
});

function refusal(
  kind: VectorMethodName,
  params: object,
  rows: number,
  dimensions: number,
  limits = LIMITS,
): ShoalError {
  const method = byDefault(kind);
  try {
    plan(
      methodSpec({ ...method, params: { ...method.params, ...params } } as typeof method),
      shape(rows, dimensions),
      limits,
    );
  } catch (error) {
    if (error instanceof ShoalError) return error;
    throw error;
  }
  throw new Error(`${kind} was planned`);
}

describe("50,000 × 50", () => {
  it.each([
    "kmeans",
    "gaussian_mixture",
    "dbscan",
    "hdbscan",
    "optics",
    "agglomerative",
    "leiden",
    "mean_shift",
  ] as const)("%s fits an isolate by its defaults", (kind) => {
    const params = kind === "mean_shift" ? { bin_seeding: true, bandwidth: 2 } : {};
    const method = byDefault(kind);
    const spec = methodSpec({ ...method, params: { ...method.params, ...params } } as typeof method);
    const planned = plan(spec, shape(50_000, 50));
    expect(Math.max(...planned.stages.map((stage) => stage.taskBytes))).toBeLessThanOrEqual(LIMITS.kernelBytes);
  });

  it.each([
    ["agglomerative", { linkage: "complete" }],
    ["agglomerative", { linkage: "average" }],
    ["spectral", { affinity: "rbf" }],
  ] as const)("%s %o is refused with its bytes and a sample that fits", (kind, params) => {
    const error = refusal(kind, params, 50_000, 50);
    expect(error.code).toBe("job_too_large");
    expect(error.message).toMatch(
      /needs \d+ bytes in one isolate, the limit is 50331648; set sample_size to \d+ or less/,
    );
    const { nearest } = error.details as { nearest: { sample_size: number } };
    expect(nearest.sample_size).toBeGreaterThan(1_000);
    expect(nearest.sample_size).toBeLessThan(10_000);
  });
});

it("a fit beyond the CPU time of a task is refused, with a sample that fits it", () => {
  const error = refusal("mean_shift", { bandwidth: 1 }, 20_000, 64, { ...LIMITS, fitCpuMs: 1_000 });
  expect(error.message).toMatch(
    /needs \d+ ms of CPU time in one task, the limit is 1000; set sample_size to \d+ or less/,
  );
});
