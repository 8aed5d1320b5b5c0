/** Hierarchies over HTTP: sub-clusters, nested attributes, and cuts of a kept tree. */
import { beforeAll, describe, expect, it } from "vitest";
import { CutResponse } from "../../src/api/schemas/cut";
import { Execution } from "../contract/client";
import { api, FEATURE } from "./clusters-support";

const NAMESPACE = "hierarchy";
const shoal = api(NAMESPACE);
let collection: string;

/** Two regions, the first of two dense groups, 60 documents a group. */
const CENTERS = [
  [0, 0, 0],
  [3, 0, 0],
  [40, 0, 0],
];

beforeAll(async () => {
  const extractors = [{ feature_extractor_name: "passthrough", version: "v1" }];
  await shoal.post("/v1/namespaces", { namespace_name: NAMESPACE, feature_extractors: extractors });
  const parameters = { features: [{ name: "position", dimensions: 3 }] };
  const { body } = await shoal.post("/v1/collections", {
    collection_name: "groups",
    feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters },
  });
  collection = body.collection_id;
  const lines = Array.from({ length: 180 }, (_, i) => {
    const group = i % 3;
    const wave = (t: number) => 0.3 * Math.sin(i * (t + 1.7) * 12.9898);
    const position = CENTERS[group]!.map((value, t) => value + wave(t));
    const payload = { region: group < 2 ? "near" : "far", group: `g${group}` };
    return JSON.stringify({ document_id: `doc_${i}`, payload, vectors: { position } });
  });
  const headers = { "Content-Type": "application/x-ndjson" };
  await shoal.send("POST", `/v1/collections/${collection}/documents/import`, `${lines.join("\n")}\n`, headers);
});

async function ran(config: Record<string, unknown>): Promise<{ id: string; run: string; warnings: unknown[] }> {
  const created = await shoal.post("/v1/clusters", { collection_ids: [collection], ...config });
  expect(created.status).toBe(200);
  const id = created.body.cluster_id;
  const { body } = await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
  expect(body.status).toBe("COMPLETED");
  return { id, run: body.additional_data.run_id, warnings: created.body.warnings };
}

const vectors = (method: string, params: object, more: object = {}) => ({
  cluster_type: "vector",
  vector_config: {
    feature_uris: [FEATURE],
    clustering_method: method,
    algorithm_params: params,
    normalize_features: false,
    ...more,
  },
});

describe("sub-clusters", () => {
  it("stand in artifacts and members, and not in the execution", async () => {
    const { id, run, warnings } = await ran(vectors("kmeans", { n_clusters: 2 }, { hierarchical: true }));
    expect(JSON.stringify(warnings ?? [])).not.toContain("hierarchical");
    const execution = await shoal.get(`/v1/clusters/${id}/executions/${run}`);
    const { plan: _, ...shown } = execution.body;
    expect(Execution.parse(shown)).toMatchObject({ num_clusters: 2 });
    expect(shown.centroids.map((one: { cluster_id: string; num_members: number }) => one.num_members)).toEqual([
      120, 60,
    ]);
    expect((await shoal.get(`/v1/clusters/${id}`)).body.hierarchy_detected).toBe(true);
    const { body } = await shoal.get(`/v1/clusters/${id}/artifacts?include_members=true`);
    const tree = body.centroids.map((one: Record<string, unknown>) => [
      one.cluster_id,
      one.parent_cluster_id,
      one.child_cluster_ids,
      one.hierarchy_level,
      one.num_members,
    ]);
    expect(tree).toEqual([
      ["cl_0", null, ["cl_0_sub_0", "cl_0_sub_1"], 0, 120],
      ["cl_0_sub_0", "cl_0", [], 1, 60],
      ["cl_0_sub_1", "cl_0", [], 1, 60],
      ["cl_1", null, [], 0, 60],
    ]);
    const within = await shoal.post(`/v1/clusters/${id}/data`, { include_members: true, cluster_ids: ["cl_0"] });
    expect(within.body.total_members).toBe(120);
    expect(new Set(within.body.members.map((one: { cluster_id: string }) => one.cluster_id))).toEqual(
      new Set(["cl_0_sub_0", "cl_0_sub_1"]),
    );
  });

  it("nest attributes in the same way", async () => {
    const attribute_config = { attributes: ["region", "group"], hierarchical_grouping: true };
    const { id } = await ran({ cluster_type: "attribute", attribute_config });
    const { body } = await shoal.get(`/v1/clusters/${id}/artifacts`);
    expect(
      body.centroids.map((one: Record<string, unknown>) => [
        one.cluster_id,
        one.label,
        one.parent_cluster_id,
        one.child_cluster_ids,
        one.hierarchy_level,
      ]),
    ).toEqual([
      ["cl_0", "near", null, ["cl_0_sub_0", "cl_0_sub_1"], 0],
      ["cl_0_sub_0", "near_g0", "cl_0", [], 1],
      ["cl_0_sub_1", "near_g1", "cl_0", [], 1],
      ["cl_1", "far", null, ["cl_1_sub_0"], 0],
      ["cl_1_sub_0", "far_g2", "cl_1", [], 1],
    ]);
    const definition = await shoal.get(`/v1/clusters/${id}`);
    expect(definition.body).toMatchObject({ hierarchy_detected: true, num_clusters: 2 });
  });
});

describe("faces", () => {
  it("merge by boxes and scenes of the payloads", async () => {
    const parameters = { features: [{ name: "position", dimensions: 3 }] };
    const { body } = await shoal.post("/v1/collections", {
      collection_name: "faces",
      feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters },
    });
    // Looks 0 and 1 are one person: the same box, frame after frame. Look 2 stands beside them.
    const angles = [0, 0.8, 1.6];
    const lines = Array.from({ length: 90 }, (_, i) => {
      const look = i % 3;
      const angle = angles[look]! + 0.01 * (i % 7);
      const face = { box: look < 2 ? { x: 10 + look, y: 5, width: 20, height: 20 } : [80, 5, 99, 25] };
      const payload = { face, shot: { frame: Math.floor(i / 3) }, scene_id: `s${look}` };
      return JSON.stringify({
        document_id: `face_${i}`,
        payload,
        vectors: { position: [Math.cos(angle), Math.sin(angle), 0] },
      });
    });
    const headers = { "Content-Type": "application/x-ndjson" };
    await shoal.send(
      "POST",
      `/v1/collections/${body.collection_id}/documents/import`,
      `${lines.join("\n")}\n`,
      headers,
    );
    const sizes = async (face_cluster_merge: object) => {
      const { vector_config } = vectors("kmeans", { n_clusters: 3 }, { face_cluster_merge });
      const created = await shoal.post("/v1/clusters", { collection_ids: [body.collection_id], vector_config });
      expect(JSON.stringify(created.body.warnings ?? [])).not.toContain("face");
      await shoal.post(`/v1/clusters/${created.body.cluster_id}/execute?wait=20`);
      const { body: latest } = await shoal.get(`/v1/clusters/${created.body.cluster_id}/executions`);
      return latest.centroids.map((one: { num_members: number }) => one.num_members);
    };
    const fields = { bbox_field: "face.box", frame_field: "shot.frame" };
    expect(await sizes(fields)).toEqual([60, 30]);
    expect(await sizes({ ...fields, enabled: false })).toEqual([30, 30, 30]);
  });
});

describe("a cut", () => {
  it("of a merge tree answers clusters and pages of members", async () => {
    const { id, run } = await ran(vectors("agglomerative", { n_clusters: 2 }));
    const path = `/v1/clusters/${id}/executions/${run}/cut`;
    const own = await shoal.post(path, {});
    expect(own.body.clusters).toEqual([
      { cluster_id: "cl_0", num_members: 120 },
      { cluster_id: "cl_1", num_members: 60 },
    ]);
    const three = { n_clusters: 3, include_members: true, limit: 100 };
    const first = await shoal.post(path, three);
    expect(CutResponse.parse(first.body)).toMatchObject({ num_clusters: 3, noise_points: 0, total_members: 180 });
    const second = await shoal.post(path, { ...three, cursor: first.body.next_cursor });
    const members = [...first.body.members, ...second.body.members];
    expect(second.body.next_cursor).toBeNull();
    expect(members.map((one) => one.document_id)).toEqual(Array.from({ length: 180 }, (_, i) => `doc_${i}`));
    for (const [i, one] of members.entries()) expect(one.cluster_id).toBe(members[i % 3].cluster_id);
    const one = await shoal.post(path, { n_clusters: 3, include_members: true, cluster_ids: [members[2].cluster_id] });
    expect(one.body.members.map((found: { document_id: string }) => found.document_id)).toEqual(
      Array.from({ length: 60 }, (_, i) => `doc_${3 * i + 2}`),
    );
    const foreign = await shoal.post(path, { ...three, n_clusters: 4, cursor: first.body.next_cursor });
    expect([foreign.status, foreign.body.error.code]).toEqual([400, "invalid_cursor"]);
  });

  it("of a condensed tree goes by its own fields", async () => {
    const { id, run } = await ran(vectors("hdbscan", { min_cluster_size: 10, min_samples: 5 }));
    const path = `/v1/clusters/${id}/executions/${run}/cut`;
    const fine = await shoal.post(path, {});
    const coarse = await shoal.post(path, { cluster_selection_epsilon: 6 });
    expect(fine.body.num_clusters).toBe(3);
    expect(coarse.body.num_clusters).toBe(2);
    const small = await shoal.post(path, { min_cluster_size: 5 });
    expect([small.status, small.body.detail[0].loc]).toEqual([422, ["body", "min_cluster_size"]]);
  });

  it("of a graph is another resolution", async () => {
    const { id, run } = await ran(vectors("leiden", { n_neighbors: 8, metric: "euclidean", resolution: 0.05 }));
    const path = `/v1/clusters/${id}/executions/${run}/cut`;
    const { body: execution } = await shoal.get(`/v1/clusters/${id}/executions/${run}`);
    const own = await shoal.post(path, {});
    const size = ({ num_members }: { num_members: number }) => num_members;
    expect(own.body.clusters.map(size)).toEqual(execution.centroids.map(size));
    const fine = await shoal.post(path, { resolution: 5 });
    expect(fine.body.num_clusters).toBeGreaterThan(own.body.num_clusters);
  });

  it.each([
    ["agglomerative", { n_clusters: 2 }, { n_clusters: 3 }],
    ["hdbscan", { min_cluster_size: 10, min_samples: 5 }, { cluster_selection_epsilon: 6 }],
    ["leiden", { n_neighbors: 8, metric: "euclidean", resolution: 0.05 }, { resolution: 5 }],
  ])("of a run that only named clusters anew is that of the %s run that made them", async (method, params, level) => {
    const { id, run } = await ran(vectors(method, params));
    const cut = (of: string, body: object) => shoal.post(`/v1/clusters/${id}/executions/${of}/cut`, body);
    const made = await cut(run, level);
    expect(made.body.num_clusters).not.toBe((await cut(run, {})).body.num_clusters);
    const input_mappings = [{ input_key: "text", path: "region" }];
    await shoal.patch(`/v1/clusters/${id}`, { llm_labeling: { labeling_inputs: { input_mappings } } });
    const again = await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    const { run_id: named } = again.body.additional_data;
    const { body: execution } = await shoal.get(`/v1/clusters/${id}/executions/${named}`);
    expect(execution.warnings.map(({ msg }: { msg: string }) => msg).join()).toContain(`are those of run ${run}`);
    expect((await cut(named, level)).body).toEqual({ ...made.body, run_id: named });
    await shoal.send("DELETE", `/v1/clusters/${id}/executions/${run}`);
    expect((await cut(named, level)).body).toEqual({ ...made.body, run_id: named });
  });

  it("is refused by name where it does not go with the method", async () => {
    const { id, run } = await ran(vectors("kmeans", { n_clusters: 2 }));
    const refused = await shoal.post(`/v1/clusters/${id}/executions/${run}/cut`, { n_clusters: 3 });
    expect([refused.status, refused.body.error.code]).toEqual([422, "algorithm_not_available"]);
    expect(refused.body.error.message).toContain("kmeans keeps no tree or graph");
  });
});
