import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect";
import { jobs } from "../../src/db/schema";
import { api, definition, populate } from "./clusters-support";

const TO = { bucket: "analytics", prefix: "shoal", endpoint: "https://s3.example.com" };

describe("exports over HTTP", () => {
  const shoal = api("exports");
  let cluster = "";
  let run = "";
  beforeAll(async () => {
    const collection = await populate(shoal, "exports");
    const created = await shoal.post("/v1/clusters", definition(collection, { export: TO }));
    expect(created.body.export).toEqual({ ...TO, credentials: "S3" });
    cluster = created.body.cluster_id;
    const task = await shoal.post(`/v1/clusters/${cluster}/execute?wait=20`);
    run = task.body.additional_data.run_id;
  });

  it("follow a completed run where the definition asks for it", async () => {
    const db = connect(env.DB);
    const exportJob = async () => (await db.select().from(jobs)).find(({ kind }) => kind === "export");
    // Without credentials it waits for them, and says so.
    await expect.poll(async () => (await exportJob())?.error, { timeout: 20_000 }).toContain("S3_ACCESS_KEY_ID");
    expect(await exportJob()).toMatchObject({
      status: "pending",
      state: { clusterId: cluster, runId: run, destination: { bucket: "analytics" } },
    });
  });

  it("are refused at once without credentials, a bucket, a run, or a run of this namespace", async () => {
    const path = `/v1/clusters/${cluster}/executions/${run}/export`;
    expect((await shoal.post(path)).body.error).toMatchObject({ code: "not_configured" });
    expect((await shoal.post(path, { bucket: "a/b" })).body.detail[0].loc).toEqual(["body", "bucket"]);
    expect((await shoal.post(`/v1/clusters/${cluster}/executions/run_none/export`)).status).toBe(404);
    const extractors = [{ feature_extractor_name: "passthrough", version: "v1" }];
    const other = api("other_exports");
    await other.post("/v1/namespaces", { namespace_name: "other_exports", feature_extractors: extractors });
    expect((await other.post(path)).status).toBe(404);
  });

  it("are switched off by a patch with false, and left by one with null", async () => {
    const path = `/v1/clusters/${cluster}`;
    expect((await shoal.patch(path, { export: null })).body.export).toMatchObject(TO);
    expect((await shoal.patch(path, { export: false })).body.export).toBeNull();
    expect((await shoal.post(`${path}/executions/${run}/export`)).body.detail[0].loc).toEqual(["body", "bucket"]);
    expect((await shoal.patch(path, { export: { bucket: "x" } })).status).toBe(422);
  });
});
