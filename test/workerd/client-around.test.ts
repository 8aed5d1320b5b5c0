import { beforeAll, describe, expect, it } from "vitest";
import { CLUSTER_ID } from "../contract/client";
import * as client from "../contract/client-around";
import { api, definition, populate } from "./clusters-support";

const shoal = api("around");
let collection = "";
let cluster = "";
/** As the client sends them: nulls and defaults written out. */
const given = { description: null, status: "active" };
const daily = { trigger_type: "cron", schedule_config: { cron_expression: "30 2 * * *", timezone: "Europe/Berlin" } };

beforeAll(async () => {
  collection = await populate(shoal, "around");
  cluster = (await shoal.post("/v1/clusters", definition(collection))).body.cluster_id;
});

describe("the published client parses what the service answers around clusters", () => {
  it("cluster triggers", async () => {
    const body = { cluster_id: cluster, execution_config: null, ...daily, ...given };
    const { trigger_id } = client.ClusterTrigger.parse((await shoal.post("/v1/clusters/triggers", body)).body);
    const path = `/v1/clusters/triggers/${trigger_id}`;
    client.ClusterTrigger.parse((await shoal.get(path)).body);
    for (const verb of ["pause", "resume"]) client.ClusterTrigger.parse((await shoal.post(`${path}/${verb}`)).body);
    const list = client.ClusterTriggerList.parse((await shoal.post("/v1/clusters/triggers/list", {})).body);
    expect(list.results.map((one) => one.trigger_id)).toEqual([trigger_id]);
    const history = await shoal.post(`${path}/history`, { offset: 0, limit: 50, status_filter: null });
    expect(client.ClusterTriggerHistory.parse(history.body)).toMatchObject({ executions: [], total: 0 });
  });

  it("unified triggers, with a firing in both histories", async () => {
    const body = { action_type: "cluster", action_config: { cluster_id: cluster }, ...daily, ...given };
    const { trigger_id } = client.UnifiedTrigger.parse((await shoal.post("/v1/triggers", body)).body);
    const path = `/v1/triggers/${trigger_id}`;
    expect((await shoal.post(`${path}/execute`)).status).toBe(200);
    const history = async () => client.UnifiedTriggerHistory.parse((await shoal.get(`${path}/history`)).body);
    await expect.poll(async () => (await history()).executions[0]?.status, { timeout: 20_000 }).toBe("completed");
    const same = await shoal.post(`/v1/clusters/triggers/${trigger_id}/history`, {});
    expect(client.ClusterTriggerHistory.parse(same.body).executions).toHaveLength(1);
    client.UnifiedTrigger.parse((await shoal.get(path)).body);
    for (const verb of ["pause", "resume"]) client.UnifiedTrigger.parse((await shoal.post(`${path}/${verb}`)).body);
    expect(client.UnifiedTriggerList.parse((await shoal.post("/v1/triggers/list")).body).total).toBe(2);
  });

  it("webhooks of every channel", async () => {
    const body = {
      webhook_name: "around",
      event_types: ["cluster.execution.completed"],
      channels: [
        { channel: "webhook", configs: { url: "https://example.com/a", timeout: 10 } },
        { channel: "slack", configs: { webhook_url: "https://hooks.slack.com/services/a" } },
        { channel: "email", configs: { to_addresses: ["a@example.com"], content_type: "html" } },
      ],
      is_active: true,
    };
    const path = "/v1/organizations/webhooks";
    const { webhook_id } = client.Webhook.parse((await shoal.post(`${path}/`, body)).body);
    client.Webhook.parse((await shoal.get(`${path}/${webhook_id}`)).body);
    expect(client.WebhookList.parse((await shoal.post(`${path}/list`, {})).body).total).toBe(1);
    expect((await shoal.send("DELETE", `${path}/${webhook_id}`)).status).toBe(204);
  });

  it("templates", async () => {
    const made = await shoal.post(`/v1/templates/clusters/from-cluster/${cluster}`, { template_name: "around" });
    const { template_id } = client.Template.parse(made.body);
    client.Template.parse((await shoal.get(`/v1/templates/clusters/${template_id}`)).body);
    const list = client.TemplateList.parse((await shoal.post("/v1/templates/clusters")).body);
    expect(list.results.map((one) => one.template_id)).toContain(template_id);
    const body = { cluster_name: "of a template", collection_ids: [collection] };
    const instance = await shoal.post(`/v1/templates/clusters/${template_id}/instantiate`, body);
    expect(client.Instantiated.parse(instance.body).cluster_id).toMatch(CLUSTER_ID);
  });

  it("analytics and the search", async () => {
    const path = `/v1/analytics/clusters/${cluster}`;
    const history = client.ExecutionHistory.parse((await shoal.get(`${path}/execution-history`)).body);
    expect(history.results.length).toBeGreaterThan(0);
    expect(client.Failures.parse((await shoal.get(`${path}/failures`)).body).total_failures).toBe(0);
    const found = await shoal.post("/v1/resources/search", { query: "of a template" });
    expect(client.SearchResults.parse(found.body).results[0]).toMatchObject({ resource_name: "of a template" });
  });
});
