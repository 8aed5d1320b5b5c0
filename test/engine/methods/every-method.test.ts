/** What holds for every method that is implemented, by its defaults. */
import { describe, expect, it } from "vitest";
import { sampleCap } from "../../../src/domain/definition/effects";
import type { Shape } from "../../../src/domain/run/types";
import { LIMITS } from "../../../src/engine/limits";
import { IMPLEMENTED, methodOf } from "../../../src/engine/methods/registry";
import { FINAL_STAGES } from "../../../src/engine/plan-naming";
import { plan } from "../../../src/engine/planner";
import { blobs } from "../fixtures";
import { byDefault, methodSpec, outcome, SHARDS } from "./support";

const shape = (rows: number, dimensions: number): Shape => ({
  rows,
  dimensions,
  noiseRows: 0,
  missingRows: 0,
  perCollection: [rows],
});

describe.each(IMPLEMENTED)("%s", (kind) => {
  const method = byDefault(kind);
  const spec = methodSpec(method, { features: [{ ...methodSpec(method).features[0]!, dimensions: 16 }] });
  const a = () => blobs("a", 2500, { dimensions: 16, centers: 5, spread: 0.4, zeroEvery: 97 });

  it("takes no more of the kernels' memory than its plan said", async () => {
    const { record, manifest } = await outcome(spec, { a: a(), dimensions: 16 });
    const stages = record.plan!.stages.filter((stage) => !FINAL_STAGES.includes(stage.kind));
    expect(manifest.engine.kernel_memory_bytes).toBeLessThanOrEqual(
      Math.max(...stages.map((stage) => stage.taskBytes)) + 65_536,
    );
    expect(record.numPoints).toBe(2500);
    // Its own fit clustered every subsample.
    expect(manifest.audits.stability?.agreements ?? []).not.toContain(null);
  });

  it("gives the same bytes for any shards, whoever dies", async () => {
    // k-means solves a coreset where no isolate holds the matrix: its shards are compared in faults/invariants.test.ts.
    const division = kind === "kmeans" ? { ...SHARDS, isolateBytes: LIMITS.isolateBytes, shardRows: 4096 } : SHARDS;
    const whole = await outcome(spec, { a: a(), dimensions: 16 });
    const chaos = { seed: 9, duplicate: 0.1, lose: 0.1, kill: 0.01, restart: 0.05 };
    const shards = await outcome(spec, { a: a(), dimensions: 16, limits: division, chaos });
    expect(shards.bytes).toEqual(whole.bytes);
    expect(shards.record.metrics).toEqual(whole.record.metrics);
  });

  it("is fitted on as many rows as definitions are told, and refuses or samples above", () => {
    const { cap } = methodOf(method);
    expect(LIMITS[cap]).toBe(sampleCap(kind));
    try {
      const planned = plan(spec, shape(3_000_000, 2));
      expect(planned.fittedRows).toBeLessThanOrEqual(LIMITS[cap]);
      expect(planned.exact).toBe(false);
    } catch (error) {
      expect(error).toMatchObject({ code: "job_too_large", details: { nearest: expect.anything() } });
    }
  });
});
