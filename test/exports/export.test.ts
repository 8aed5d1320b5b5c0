import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ExportDestination } from "../../src/domain/definition/export";
import type { Env } from "../../src/env";
import { openDestination } from "../../src/exports/destination";
import { type ExportState, exportRun, newExport } from "../../src/exports/job";
import type { Job, JobContext } from "../../src/jobs/contract";
import { MemoryObjectStore } from "../support/memory-object-store";

const ENDPOINT = "http://127.0.0.1:9933";
const KEYS = { S3_ACCESS_KEY_ID: "test:tester", S3_SECRET_ACCESS_KEY: "testing" };
const settings = (more: Record<string, string> = {}) => ({ ENVIRONMENT: "local", ...KEYS, ...more }) as unknown as Env;
const destination = (more: Partial<ExportDestination> = {}) =>
  ExportDestination.parse({ bucket: "shoal-export", prefix: "/runs/", endpoint: ENDPOINT, ...more });

describe("a destination", () => {
  const open = (env: Record<string, string>, more: Partial<ExportDestination> = {}) =>
    openDestination(settings(env), "ns_a", destination(more));

  it("has the deployment's credentials and a prefix that ends in a slash", () => {
    expect(open({ S3_REGION: "eu-west-3", S3_SESSION_TOKEN: "token" })).toEqual({
      bucket: "shoal-export",
      prefix: "runs/",
      endpoint: ENDPOINT,
      region: "eu-west-3",
      accessKeyId: "test:tester",
      secretAccessKey: "testing",
      sessionToken: "token",
    });
    expect(open({}, { prefix: "/", region: "us-west-2" })).toMatchObject({ prefix: "", region: "us-west-2" });
  });

  it("is refused without credentials of that name, or for a namespace that they are not for, in the same words", () => {
    const unknown = expect.objectContaining({ code: "not_configured", details: { field: "credentials", value: "S3" } });
    expect(() => open({ S3_SECRET_ACCESS_KEY: "" })).toThrow(unknown);
    expect(() => open({ S3_NAMESPACES: "ns_b, ns_c" })).toThrow(unknown);
    expect(open({ S3_NAMESPACES: "ns_b, ns_a" }).bucket).toBe("shoal-export");
    expect(() => open({}, { credentials: "OTHER" })).toThrow(/OTHER_ACCESS_KEY_ID/);
  });

  it("is refused where the credentials are for other buckets or another endpoint", () => {
    const field = (name: string) => expect.objectContaining({ details: expect.objectContaining({ field: name }) });
    expect(() => open({ S3_BUCKETS: "one two" })).toThrow(field("bucket"));
    expect(() => open({ S3_ENDPOINT: "https://s3.example.com" })).toThrow(field("endpoint"));
    expect(open({ S3_ENDPOINT: "https://s3.example.com" }, { endpoint: null }).endpoint).toBe("https://s3.example.com");
  });

  it("is a public https address, but for local development", () => {
    const production = (endpoint: string) => () =>
      openDestination(settings({ ENVIRONMENT: "production" }), "ns_a", destination({ endpoint }));
    for (const endpoint of ["http://s3.example.com", "https://10.0.0.1", "https://localhost:9000", "not a url"])
      expect(production(endpoint)).toThrow(expect.objectContaining({ code: "validation_failed" }));
    expect(production("https://s3.example.com")().endpoint).toBe("https://s3.example.com");
  });

  it.each([
    [{ bucket: "a/b" }, "bucket"],
    [{ bucket: "x" }, "bucket"],
    [{ bucket: "good", credentials: "OPENAI_API_KEY; rm" }, "credentials"],
    [{ bucket: "good", prefix: "p".repeat(600) }, "prefix"],
  ])("%o is no destination", (given, field) => {
    expect(ExportDestination.safeParse(given).error?.issues[0]?.path).toEqual([field]);
  });
});

const objects = new MemoryObjectStore();
const RUN = "artifacts/ns_a/clust_a/run_a/";
const big = Uint8Array.from({ length: 40 * 1024 * 1024 }, (_, i) => (i * 2654435761) >>> 24);
const files: Record<string, Uint8Array> = {
  "manifest.json": new TextEncoder().encode('{"version":1}'),
  "centroids.parquet": new Uint8Array([80, 65, 82, 49]),
  "members.parquet": big,
};

const context = (env: Env): JobContext => ({ env, objects, now: 0 }) as unknown as JobContext;
const jobOf = (state: ExportState): Job<ExportState> => ({
  id: "job_a",
  namespaceId: "ns_a",
  kind: "export",
  taskId: null,
  state,
  attempts: 0,
});

/** Runs steps until the job is done or `stop` says so; answers the last state, as it would be saved. */
async function steps(state: ExportState, env = settings(), stop = (_: ExportState) => false) {
  const outputs: unknown[] = [];
  for (;;) {
    const step = await exportRun.step(context(env), jobOf(state));
    if (step.done) return { state, outputs: step.outputs ?? outputs };
    state = JSON.parse(JSON.stringify(step.state));
    if (stop(state)) return { state, outputs };
  }
}

describe("an export", () => {
  beforeEach(async () => {
    for (const [name, bytes] of Object.entries(files)) await objects.put(RUN + name, bytes);
  });

  it("of a run whose artifacts are gone is refused", async () => {
    await expect(steps(newExport("clust_a", "run_gone", destination()))).rejects.toMatchObject({
      code: "artifacts_not_found",
    });
  });
});

const SERVER = new URL("../../../shared/tools/s3-server/start.sh", import.meta.url).pathname;
const hasServer = existsSync(SERVER);
/** What an earlier run of the tests left on a server that is still up must not be seen. */
const RUN_OF_TESTS = crypto.randomUUID();
if (!hasServer) console.warn("exports to a real S3-compatible server are left out: there is none beside this clone");

describe.runIf(hasServer)("an export to an S3-compatible server that checks signatures", () => {
  const client = new S3Client({
    endpoint: ENDPOINT,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: KEYS.S3_ACCESS_KEY_ID, secretAccessKey: KEYS.S3_SECRET_ACCESS_KEY },
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  const keysOf = async (prefix: string) => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: "shoal-export", Prefix: prefix }));
    return Contents.map(({ Key }) => Key);
  };
  const bytesOf = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "shoal-export", Key: key }));
    return Body!.transformToByteArray();
  };

  const isUp = () =>
    fetch(`${ENDPOINT}/healthcheck`).then(
      ({ ok }) => ok,
      () => false,
    );
  beforeAll(async () => {
    // It stays up for the next run: its parts have sessions of their own, and ending some of them leaves the rest in the way.
    if (!(await isUp())) execFileSync(SERVER, [mkdtempSync(join(tmpdir(), "shoal-s3-"))], { stdio: "ignore" });
    // The proxy answers before the stores behind it do.
    await vi.waitFor(
      async () => {
        await client.send(new CreateBucketCommand({ Bucket: "shoal-export" })).catch(() => undefined);
        const probe = { Bucket: "shoal-export", Key: `${RUN_OF_TESTS}/probe` };
        await client.send(new PutObjectCommand({ ...probe, Body: new Uint8Array(4) }));
        expect((await client.send(new HeadObjectCommand(probe))).ContentLength).toBe(4);
      },
      { timeout: 60_000, interval: 500 },
    );
  }, 180_000);

  it("copies every file, the manifest last, and tells where they are", async () => {
    const order: string[] = [];
    const { outputs } = await steps(
      newExport("clust_a", "run_a", destination({ prefix: `${RUN_OF_TESTS}/all` })),
      settings(),
      (state) => {
        order.push(state.files?.[state.done]?.name ?? "end");
        return false;
      },
    );
    expect([...new Set(order)]).toEqual(["centroids.parquet", "members.parquet", "manifest.json", "end"]);
    expect(await keysOf(`${RUN_OF_TESTS}/all/`)).toEqual(
      Object.keys(files)
        .sort()
        .map((name) => `${RUN_OF_TESTS}/all/clust_a/run_a/${name}`),
    );
    for (const [name, bytes] of Object.entries(files))
      expect(
        Buffer.compare(Buffer.from(await bytesOf(`${RUN_OF_TESTS}/all/clust_a/run_a/${name}`)), Buffer.from(bytes)),
      ).toBe(0);
    expect(outputs).toContainEqual({
      url: `s3://shoal-export/${RUN_OF_TESTS}/all/clust_a/run_a/members.parquet`,
      bytes: big.length,
    });
  });

  it("goes on in the middle of a file, part by part", async () => {
    const first = await steps(
      newExport("clust_a", "run_a", destination({ prefix: `${RUN_OF_TESTS}/cut` })),
      settings(),
      (state) => Boolean(state.upload),
    );
    expect(first.state.upload?.parts).toHaveLength(4);
    expect(await keysOf(`${RUN_OF_TESTS}/cut/clust_a/run_a/members`)).toEqual([]);
    // The same step again, as after a crash before its state was saved, then the rest.
    await exportRun.step(context(settings()), jobOf(first.state));
    const before = await bytesOf(`${RUN_OF_TESTS}/cut/clust_a/run_a/members.parquet`);
    expect(Buffer.compare(Buffer.from(before), Buffer.from(big))).toBe(0);
  });

  it("with a wrong secret, or to a bucket that is not there, is refused with the store's own word", async () => {
    const wrong = steps(newExport("clust_a", "run_a", destination()), settings({ S3_SECRET_ACCESS_KEY: "guessed" }));
    await expect(wrong).rejects.toMatchObject({ code: "export_refused", details: { status: 403 } });
    const missing = steps(newExport("clust_a", "run_a", destination({ bucket: "nowhere" })));
    await expect(missing).rejects.toMatchObject({
      code: "export_refused",
      details: { status: 404, store_code: "NoSuchBucket" },
    });
  });

  it("to a store that is away is tried again", async () => {
    const away = steps(newExport("clust_a", "run_a", destination({ endpoint: "http://127.0.0.1:9" })));
    await expect(away).rejects.not.toHaveProperty("code", "export_refused");
  });
});
