/** The six invariants of a run (docs/design/run-engine.md), over the real engine in a hostile world. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { RunSpec } from "../../src/domain/run/types";
import { FINAL_STAGES } from "../../src/engine/plan-naming";
import { attributeSpec, blobs, kmeansSpec, makeWorld, type WorldOptions } from "../engine/fixtures";
import type { Chaos, World } from "../engine/harness";

/** Small enough that nothing fits one isolate: the coreset and Lloyd's rounds over shards. */
const SHARDED = { isolateBytes: 80_000, taskCpuMs: 0 };
const shards = (rows: number, more = {}) => ({ ...more, shardBytes: rows * 24, shardRows: rows });

function digest(world: World): Record<string, string> {
  const files = ["members.parquet", "centroids.parquet", "hierarchy.parquet"] as const;
  const found = files.flatMap((file) => {
    const bytes = world.artifact(file);
    return bytes ? [[file, createHash("sha256").update(bytes).digest("hex")]] : [];
  });
  return Object.fromEntries(found);
}

async function completed(spec: RunSpec, options: WorldOptions): Promise<World> {
  const world = await makeWorld(spec, options);
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  expect(record.status).toBe("completed");
  return world;
}

describe("1. same definition, same data, same seed: the same bytes", () => {
  const chaos: Partial<Chaos> = { seed: 5, duplicate: 0.3, lose: 0.1, restart: 0.1 };
  const cases: [string, RunSpec, WorldOptions["limits"]][] = [
    ["k-means on a coreset", kmeansSpec({}, { n_clusters: 4 }), SHARDED],
    ["k-means with medians", kmeansSpec({ centroid: "median" }), SHARDED],
    ["k-means with medoids", kmeansSpec({ centroid: "medoid", normalize: false }), SHARDED],
    ["k-means in one isolate", kmeansSpec(), { taskCpuMs: 0 }],
    ["k-means on a sample, the others assigned", kmeansSpec(), { ...SHARDED, fittedRows: 1500 }],
  ];
  it.each(cases)("%s, for any shards, order, duplicates and restarts", async (_, spec, limits) => {
    const reference = digest(await completed(spec, { limits: shards(262_144, limits) }));
    expect(Object.keys(reference)).toHaveLength(2);
    for (const rows of [1024, 2048]) {
      const world = await completed(spec, { limits: shards(rows, limits), chaos: { ...chaos, seed: rows } });
      expect(digest(world)).toEqual(reference);
    }
  });

  it("attributes, for any shards", async () => {
    const spec = attributeSpec({ attributes: ["color", "size"], hierarchical_grouping: true });
    const documents = (name: string, rows: number) =>
      Array.from({ length: rows }, (_, i) => ({
        id: `${name}${i}`,
        vector: null,
        attributes: {
          color: i % 3 === 0 ? ["red", "blue"] : ["green", "red"][i % 2],
          size: i % 11 === 0 ? null : i % 4,
        },
      }));
    const data = { a: documents("a", 3000), b: documents("b", 2000) };
    const reference = digest(await completed(spec, data));
    expect(Object.keys(reference)).toHaveLength(3);
    const world = await completed(spec, { ...data, limits: { shardRows: 1024, isolateBytes: 0 }, chaos });
    expect(world.delivered.length).toBeGreaterThan(5);
    expect(digest(world)).toEqual(reference);
  });

  it("does not depend on segments, and does depend on the seed", async () => {
    const reference = digest(await completed(kmeansSpec(), {}));
    expect(digest(await completed(kmeansSpec(), { segmentRows: 97 }))).toEqual(reference);
    const other = kmeansSpec({ seed: 8 }, { n_clusters: 9, n_init: 1 });
    const base = kmeansSpec({}, { n_clusters: 9, n_init: 1 });
    expect(digest(await completed(other, {}))).not.toEqual(digest(await completed(base, {})));
  });
});

describe("2. no task needs more than its share of an isolate", () => {
  it.each([
    ["whole", {}],
    ["sharded", shards(1024, SHARDED)],
    ["sampled", { ...shards(2048, SHARDED), fittedRows: 1500 }],
  ])("takes no more of the kernels' memory than its plan said (%s)", async (_, limits) => {
    const world = await completed(kmeansSpec({}, { n_clusters: 20 }), { limits });
    const { record } = (await world.coordinator.view())!;
    const planned = Math.max(
      ...record.plan!.stages.filter((one) => !FINAL_STAGES.includes(one.kind)).map((stage) => stage.taskBytes),
    );
    const took = JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!)).engine.kernel_memory_bytes;
    expect(took).toBeLessThanOrEqual(planned + 65_536);
    expect(took).toBeGreaterThan(0.5 * planned);
  });

  it("plans tasks within the kernels' budget and reports what they took", async () => {
    const world = await completed(kmeansSpec(), { limits: shards(1024, SHARDED) });
    const manifest = JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!));
    expect(manifest.engine.kernel_memory_bytes).toBeGreaterThan(0);
    expect(manifest.engine.kernel_memory_bytes).toBeLessThanOrEqual(48 * 2 ** 20);
    const reads = world.objects.requests.filter((one) => one.operation === "get" || one.operation === "range");
    expect(Math.max(...reads.map((one) => one.bytes))).toBeLessThanOrEqual(4 * 2 ** 20);
    expect(world.objects.peak).toBeLessThanOrEqual(8);
  });
});

describe("3. killing the process at any moment loses no finished stage, and the run goes on", () => {
  it.each([11, 12, 13])("workers that die within any request, coordinators that restart (seed %i)", async (seed) => {
    const limits = shards(1024, SHARDED);
    const reference = digest(await completed(kmeansSpec(), { limits }));
    const chaos = { seed, kill: 0.004, restart: 0.15, lose: 0.1, duplicate: 0.1 };
    const world = await makeWorld(kmeansSpec(), { limits, chaos });
    const record = await world.run();
    expect(record.status).toBe("completed");
    expect(digest(world)).toEqual(reference);
    expect(world.scratchKeys).toEqual([]);
  });

  it("what a restart lost is sent again at once, without waiting for the alarm", async () => {
    const world = await makeWorld(kmeansSpec());
    await world.coordinator.start(world.spec);
    await world.coordinator.drain();
    const before = world.now;
    world.restart();
    world.alarmAt = null;
    await world.coordinator.drain();
    world.beforeDelivery = () => expect(world.now).toBe(before);
    await world.settle();
    expect(world.delivered).toHaveLength(1);
    expect((await world.coordinator.view())!.record.status).toBe("completed");
  });

  it("a restart of the coordinator repeats no finished stage", async () => {
    const world = await makeWorld(kmeansSpec(), { limits: shards(1024, SHARDED) });
    const stages: number[] = [];
    world.beforeDelivery = ({ stage }) => {
      if (stages.at(-1) !== stage) world.restart();
      stages.push(stage);
    };
    expect((await world.run()).status).toBe("completed");
    expect(stages).toEqual([...stages].sort((a, b) => a - b));
  });
});

describe("4. failures by their class", () => {
  it("memory: the span is halved on whole blocks, never retried as it was, and the bytes stay", async () => {
    const reference = digest(await completed(kmeansSpec(), {}));
    const world = await completed(kmeansSpec(), { chaos: { memoryRows: 1100 } });
    expect(digest(world)).toEqual(reference);
    const failed = world.log.map(({ class: kind, stage, index, attempt }) => `${kind} ${stage}.${index}.${attempt}`);
    expect(failed.length).toBeGreaterThan(1);
    expect(failed.every((name) => name.startsWith("memory"))).toBe(true);
    expect(new Set(failed).size).toBe(failed.length);
  });

  it("memory that cannot be halved fails the run, with the reason", async () => {
    const world = await makeWorld(kmeansSpec(), { chaos: { memoryRows: 10 } });
    expect(await world.run()).toMatchObject({ status: "failed", errorCode: "job_too_large" });
  });

  it("transient: retried with growing pauses; exhausted, the message is dead and the run failed", async () => {
    const world = await makeWorld(kmeansSpec());
    const times: number[] = [];
    world.objects.failWhen((request) => {
      if (request.operation !== "put" || !request.key.includes("/moments/")) return null;
      times.push(world.now);
      return new Error("R2: internal detail 10.0.0.1");
    });
    const record = await world.run();
    expect(record).toMatchObject({ status: "failed", errorCode: "internal_error" });
    expect(record.errorMessage).toContain("gave up after 5 attempts");
    expect(record.errorMessage).not.toContain("10.0.0.1");
    const pauses = times.slice(1).map((time, i) => time - times[i]!);
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
    const last = world.delivered.at(-1)!;
    expect(await world.coordinator.claim(last)).toMatchObject({ kind: "dead" });
  });

  it("input: fails the run at once and names it", async () => {
    const documents = Array.from({ length: 40 }, (_, i) => ({
      id: `d${i}`,
      vector: null,
      attributes: { category: i },
    }));
    const world = await makeWorld(attributeSpec({}), { a: documents, b: [], limits: { groups: 30 } });
    const record = await world.run();
    expect(record).toMatchObject({ status: "failed", errorCode: "job_too_large" });
    expect(record.errorMessage).toContain("more than 30 combinations");
    expect(world.delivered).toHaveLength(1);
  });

  it("too few documents are refused with their number", async () => {
    const world = await makeWorld(kmeansSpec(), { a: blobs("a", 1), b: [] });
    expect(await world.run()).toMatchObject({ status: "failed", errorCode: "too_few_documents" });
  });
});

describe("5. cancel stops new work within one task and leaves nothing that looks finished", () => {
  it.each([1, 4, 9])("before delivery %i", async (at) => {
    const world = await makeWorld(kmeansSpec(), { limits: shards(1024, SHARDED) });
    world.beforeDelivery = async () => {
      if (world.delivered.length === at) expect(await world.coordinator.cancel()).toBe("canceled");
    };
    const record = await world.run();
    expect(record).toMatchObject({ status: "failed", errorMessage: "canceled", artifacts: null });
    expect(record.canceledAt).not.toBeNull();
    expect(world.objects.keys.filter((key) => !key.startsWith("documents/"))).toEqual([]);
    expect(await world.coordinator.cancel()).toBe("canceled");
    const last = (await world.coordinator.events(0, 0)).at(-1)!;
    expect(last).toMatchObject({ type: "canceled", status: "failed" });
  });

  it("while the tables are being written: they go, and a worker that writes late is swept", async () => {
    const world = await makeWorld(kmeansSpec());
    let canceled = false;
    world.objects.failWhen((request) => {
      if (!canceled && request.operation === "close" && request.key.endsWith("members.parquet")) {
        canceled = true;
        void world.coordinator.cancel();
      }
      return null;
    });
    const record = await world.run();
    expect(canceled).toBe(true);
    expect(record.status).toBe("failed");
    expect(world.objects.keys.filter((key) => !key.startsWith("documents/"))).toEqual([]);
  });
});

describe("6. a finished run never changes", () => {
  it("ignores late messages, completions and cancels", async () => {
    const world = await completed(kmeansSpec(), { limits: shards(1024, SHARDED) });
    const before = { ...digest(world), manifest: world.artifact("manifest.json") };
    const record = (await world.coordinator.view())!.record;
    for (const message of world.delivered.slice(0, 20)) {
      await world.deliver(message);
      const outcome = { result: {}, cpuMs: 0, memoryBytes: 0, build: "plain", more: true } as const;
      expect(await world.coordinator.complete(message, outcome)).toBeNull();
      await world.coordinator.fail(message, { class: "input", code: "bad_request", message: "late" });
    }
    expect(await world.coordinator.cancel()).toBe("finished");
    await world.coordinator.start(kmeansSpec({ seed: 99 }));
    await world.settle();
    expect({ ...digest(world), manifest: world.artifact("manifest.json") }).toEqual(before);
    expect((await world.coordinator.view())!.record).toEqual(record);
    expect(world.records.filter((one) => one.status === "completed")).toHaveLength(1);
  });
});
