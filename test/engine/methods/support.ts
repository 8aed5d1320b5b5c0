/** A run of any method over the harness, with its tables read back. */
import { parquetReadObjects } from "hyparquet";
import { expect } from "vitest";
import { PARAMETER_MODELS } from "../../../src/domain/definition/params";
import type { DbscanParams } from "../../../src/domain/definition/params/dbscan";
import type { VectorMethodName, VectorMethodSpec } from "../../../src/domain/run/methods";
import type { RunRecord, RunSpec } from "../../../src/domain/run/types";
import type { Limits } from "../../../src/engine/limits";
import type { FakeDocument } from "../fake-collection";
import { blobs, kmeansSpec, makeWorld, type WorldOptions } from "../fixtures";

export const DBSCAN: DbscanParams = {
  eps: 0.4,
  min_samples: 5,
  metric: "euclidean",
  metric_params: null,
  algorithm: "auto",
  p: 2,
};

/** Over `scattered` rows, as stored. */
export const methodSpec = (method: VectorMethodSpec, changes: Partial<RunSpec> = {}): RunSpec =>
  kmeansSpec({ normalize: false, method, ...changes }, {}, 4);

/** A method as a definition that names nothing but it has it. */
export function byDefault(kind: VectorMethodName): VectorMethodSpec {
  const model = PARAMETER_MODELS[kind];
  const given = model?.schema.parse({}) ?? {};
  const params = Object.entries(model?.review?.(given, new Set()).params ?? given).filter(
    ([key]) => !(key in model!.inert),
  );
  return { kind, params: Object.fromEntries(params) } as unknown as VectorMethodSpec;
}

/** Four dense blobs in four dimensions and every tenth row far from everything. */
export function scattered(rows = 1200): FakeDocument[] {
  return blobs("a", rows, { dimensions: 4, centers: 4, spread: 0.2 }).map((one, i) =>
    i % 10 === 9 ? { ...one, vector: one.vector!.map((value, t) => value + 7 * (t + 1) + i / 10) } : one,
  );
}

/** Limits that cut 3,000 of those rows into three shards. */
export const SHARDS: Partial<Limits> = { isolateBytes: 70_000, shardRows: 1024, shardBytes: 1024 * 16 };

type Row = Record<string, unknown>;

export interface RunOutcome {
  record: RunRecord;
  members: Row[];
  centroids: Row[];
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it at will
  manifest: any;
  /** Rows of any table of the run. */
  table(file: `${string}.parquet`): Promise<Row[]>;
  /** All tables' bytes, to compare. */
  bytes: string[];
}

/** Of a run that the input fails: no attempt after the first would change that. */
export async function failure(run: RunSpec, options: WorldOptions = {}): Promise<string> {
  const world = await makeWorld(run, { a: scattered(), b: [], dimensions: 4, ...options });
  const record = await world.run();
  expect(record).toMatchObject({ status: "failed", errorCode: "validation_failed" });
  return record.errorMessage!;
}

export async function outcome(run: RunSpec, options: WorldOptions = {}): Promise<RunOutcome> {
  const world = await makeWorld(run, { a: scattered(), b: [], dimensions: 4, ...options });
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  const table = (file: `${string}.parquet`): Promise<Row[]> =>
    parquetReadObjects({ file: world.artifact(file)!.slice().buffer as ArrayBuffer });
  const files = world.objects.keys.filter((key) => key.endsWith(".parquet")).sort();
  return {
    record,
    members: await table("members.parquet"),
    centroids: await table("centroids.parquet"),
    manifest: JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!)),
    table,
    bytes: files.map((key) => `${key} ${Buffer.from(world.objects.objects.get(key)!).toString("base64")}`),
  };
}
