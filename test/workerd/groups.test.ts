import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { GroupMembersResponse, GroupResponse, GroupsResponse } from "../../src/api/schemas/group";
import { type Api, api, DOCUMENTS, definition, populate } from "./clusters-support";

const NAMESPACE = "groups";
const shoal = api(NAMESPACE);
const WORDS = ["apple", "train", "kitten"];
type Group = z.output<typeof GroupResponse>;

let collection: string;
let cluster: string;
let run: string;

async function execute(id: string, body?: unknown): Promise<string> {
  const { status, body: task } = await shoal.post(`/v1/clusters/${id}/execute?wait=20`, body);
  expect([status, task.status, task.error]).toEqual([200, "COMPLETED", null]);
  return task.additional_data.run_id as string;
}

const groups = async (of = cluster, query = ""): Promise<z.output<typeof GroupsResponse>> => {
  const { status, body } = await shoal.get(`/v1/clusters/${of}/groups${query}`);
  expect(status).toBe(200);
  return GroupsResponse.parse(body);
};
const named = (list: Group[], word: string): Group => list.find(({ keywords }) => keywords?.[0] === word)!;
const execution = async (id: string) => (await shoal.get(`/v1/clusters/${cluster}/executions/${id}`)).body;

/** Titles by blob, in payloads that hold no other text. */
async function write(shoal: Api, id: string, words: string[]): Promise<void> {
  for (let i = 0; i < DOCUMENTS; i++) {
    const title = `${["red", "old", "small"][Math.floor(i / 3) % 3]} ${words[i % 3]}`;
    const { status } = await shoal.patch(`/v1/collections/${id}/documents/doc_${i}`, { title });
    expect(status).toBe(200);
  }
}

beforeAll(async () => {
  collection = await populate(shoal, NAMESPACE);
  await write(shoal, collection, WORDS);
  const labeling = { input_mappings: [{ input_key: "text", source_type: "payload", path: "title" }] };
  const body = definition(collection, { llm_labeling: { labeling_inputs: labeling } }, { random_state: null });
  cluster = (await shoal.post("/v1/clusters", body)).body.cluster_id;
  expect((await shoal.get(`/v1/clusters/${cluster}/groups`)).body.error.code).toBe("no_execution");
  run = await execute(cluster);
});

describe("the groups of a cluster", () => {
  it("are the last run's clusters with names, sizes and the documents that stand for them", async () => {
    const answer = await groups();
    expect(answer).toMatchObject({ run_id: run, total_groups: 3, total_documents: DOCUMENTS, noise_documents: 0 });
    for (const word of WORDS) {
      const group = named(answer.groups, word);
      expect(group).toMatchObject({ labeled_by: "run", size: DOCUMENTS / 3, num_members: DOCUMENTS / 3 });
      expect(group.label!.toLowerCase()).toContain(word);
      expect(group.representatives).toHaveLength(5);
      for (const one of group.representatives) {
        expect(one.collection_id).toBe(collection);
        expect(one.payload!.title).toContain(word);
      }
    }
  });

  it("come in pages", async () => {
    const [first, second] = [await groups(cluster, "?limit=2"), await groups(cluster, "?limit=2&offset=2")];
    expect([...first.groups, ...second.groups].map((one) => one.cluster_id)).toEqual(["cl_0", "cl_1", "cl_2"]);
    expect(second.total_groups).toBe(3);
    expect((await groups(cluster, "?parent=cl_0")).groups).toEqual([]);
    const unknown = await shoal.get(`/v1/clusters/${cluster}/groups?parent=cl_0_sub_7`);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "group_not_found"]);
  });

  it("list their members by distance, page by page", async () => {
    const path = `/v1/clusters/${cluster}/groups/cl_1/members`;
    const whole = GroupMembersResponse.parse((await shoal.get(`${path}?limit=1000`)).body);
    expect(whole.members).toHaveLength(DOCUMENTS / 3);
    const distances = whole.members.map((one) => one.distance_to_centroid!);
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    const paged: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { status, body } = await shoal.get(
        `${path}?limit=7&include_payload=true${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(status).toBe(200);
      const page = GroupMembersResponse.parse(body);
      paged.push(...page.members.map((one) => one.document_id));
      expect(page.members[0]!.payload).toHaveProperty("title");
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(whole.members.map((one) => one.document_id));
    const [group] = (await groups()).groups.filter((one) => one.cluster_id === "cl_1");
    expect(paged.slice(0, 5)).toEqual(group!.representatives.map((one) => one.document_id));
  });

  it("refuse what is none", async () => {
    const at = (group: string) => `/v1/clusters/${cluster}/groups/${group}`;
    expect((await shoal.get(`${at("cl_9")}/members`)).body.error.code).toBe("group_not_found");
    expect((await shoal.patch(at("cl_9"), { label: "x" })).status).toBe(404);
    expect((await shoal.patch(at("-1"), { label: "x" })).status).toBe(422);
    expect((await shoal.patch(at("cl_0"), { label: "" })).status).toBe(422);
    expect((await shoal.patch(at("cl_0"), {})).status).toBe(422);
    expect((await shoal.get(`${at("cl_0")}/members?cursor=nonsense`)).body.error.code).toBe("invalid_cursor");
    const foreign = (await shoal.get(`${at("cl_0")}/members?limit=1`)).body.next_cursor;
    expect((await shoal.get(`${at("cl_1")}/members?cursor=${encodeURIComponent(foreign)}`)).status).toBe(400);
  });
});

describe("a name that a person gives", () => {
  const rename = (group: string, body: unknown) => shoal.patch(`/v1/clusters/${cluster}/groups/${group}`, body);

  it("is shown wherever JSON tells of the run, and not in the run's files", async () => {
    const before = named((await groups()).groups, "train");
    const { status, body } = await rename(before.cluster_id, { label: "Railway", keywords: ["rails"] });
    expect([status, GroupResponse.parse(body)]).toMatchObject([
      200,
      { label: "Railway", labeled_by: "user", summary: null },
    ]);
    const shown = (list: { cluster_id: string }[]) => list.find((one) => one.cluster_id === before.cluster_id);
    expect(shown((await groups()).groups)).toMatchObject({ label: "Railway", keywords: ["rails"] });
    expect(shown((await execution(run)).centroids)).toMatchObject({ label: "Railway", keywords: ["rails"] });
    const latest = (await shoal.get(`/v1/clusters/${cluster}/executions`)).body;
    expect(shown(latest.history[0].centroids)).toMatchObject({ label: "Railway" });
    const list = (await shoal.post(`/v1/clusters/${cluster}/executions/list`)).body;
    expect(shown(list.results[0].centroids)).toMatchObject({ label: "Railway" });
    const data = (await shoal.post(`/v1/clusters/${cluster}/data`, { include_members: true })).body;
    expect(shown(data.centroids)).toMatchObject({ cluster_label: "Railway" });
    expect(shown(data.members)).toMatchObject({ cluster_label: "Railway" });
    const file = await shoal.send("POST", `/v1/clusters/${cluster}/data`, {}, { Accept: "application/x-ndjson" });
    expect(await file.text()).not.toContain("Railway");
  });

  it("stays with the cluster where only labels are made anew", async () => {
    const given = (await groups()).groups.find((one) => one.label === "Railway")!;
    const patch = { llm_labeling: { labeling_inputs: { input_mappings: [{ input_key: "text", path: "blob" }] } } };
    expect((await shoal.patch(`/v1/clusters/${cluster}`, patch)).status).toBe(200);
    const plan = (await shoal.post(`/v1/clusters/${cluster}/plan`)).body.plan;
    expect(plan.stages.map((stage: { kind: string }) => stage.kind)).not.toContain("kmeans");
    expect(plan.notes.join()).toContain(run);
    const before = await execution(run);
    const second = await execute(cluster);
    const after = await execution(second);
    expect(after.metrics).toEqual(before.metrics);
    expect(after.warnings.map(({ msg }: { msg: string }) => msg).join()).toContain(`those of run ${run}`);
    expect((await execution(run)).centroids).toEqual(before.centroids);
    const now = (await groups()).groups;
    expect(now.find((one) => one.label === "Railway")?.cluster_id).toBe(given.cluster_id);
    const others = now.filter((one) => one.labeled_by === "run").map((one) => one.label);
    expect(others.every((label) => /^B[012]$/.test(label!))).toBe(true);
    run = second;
  });

  it("goes to the cluster that holds its documents after a new clustering", async () => {
    const given = (await groups()).groups.find((one) => one.label === "Railway")!;
    const patch = { algorithm_params: { n_clusters: 4, random_state: 11 } };
    expect((await shoal.patch(`/v1/clusters/${cluster}`, patch)).status).toBe(200);
    await shoal.patch(`/v1/clusters/${cluster}`, { algorithm_params: { n_clusters: 3 } });
    run = await execute(cluster);
    expect((await execution(run)).plan.stages.map((stage: { kind: string }) => stage.kind)).toContain("kmeans");
    const found = (await groups()).groups.find((one) => one.label === "Railway")!;
    const ids = (one: Group) => one.representatives.map(({ document_id }) => document_id).toSorted();
    expect(ids(found)).toEqual(ids(given));
  });

  it("is taken back by null", async () => {
    const given = (await groups()).groups.find((one) => one.label === "Railway")!;
    const { body } = await rename(given.cluster_id, { label: null });
    expect(body).toMatchObject({ labeled_by: "run" });
    expect(body.label).toMatch(/^B[012]$/);
    run = await execute(cluster, { recluster: true });
    expect((await groups()).groups.map((one) => one.labeled_by)).toEqual(["run", "run", "run"]);
  });
});

describe("whether a run clusters again", () => {
  const kinds = async (body: unknown = {}): Promise<string[]> =>
    (await shoal.post(`/v1/clusters/${cluster}/plan`, body)).body.plan.stages.map(
      (stage: { kind: string }) => stage.kind,
    );
  const relabel = (path: string) =>
    shoal.patch(`/v1/clusters/${cluster}`, {
      llm_labeling: { labeling_inputs: { input_mappings: [{ input_key: "text", path }] } },
    });

  it("does where nothing changed, unless it is not to", async () => {
    expect(await kinds()).toContain("kmeans");
    expect(await kinds({ recluster: false })).toEqual(["keywords", "persist"]);
  });

  it("does not where the labelling changed, unless it is to or is run otherwise", async () => {
    await relabel("title");
    expect(await kinds()).toEqual(["keywords", "persist"]);
    expect(await kinds({ recluster: true })).toContain("kmeans");
    expect(await kinds({ sample_size: 30 })).toContain("kmeans");
    expect(await kinds({ random_state: 5 })).toContain("kmeans");
  });

  it("does not for changed payloads, which are no vectors, and does for changed documents", async () => {
    await shoal.patch(`/v1/collections/${collection}/documents/doc_0`, { note: "seen" });
    expect(await kinds()).toEqual(["keywords", "persist"]);
    await shoal.delete(`/v1/collections/${collection}/documents/doc_0`);
    expect(await kinds()).toContain("kmeans");
    const { body } = await shoal.post(`/v1/clusters/${cluster}/plan`, { recluster: false });
    expect(JSON.stringify(body.warnings)).toContain(`collection ${collection} has changed`);
  });
});
