/** One run of every algorithm over HTTP, on 1,797 handwritten digits, with its artifacts read back. */
import { parquetMetadata } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import digits from "../../examples/digits/digits.ndjson?raw";
import { DEMO_ALGORITHMS } from "../../scripts/lib/demo-algorithms.mjs";
import { api } from "./clusters-support";

const NAMESPACE = "algorithms";
const FEATURE = "mixpeek://passthrough@v1/pixels";
const shoal = api(NAMESPACE);
const classes = new Map<string, number>();
let collectionId: string;

beforeAll(async () => {
  const extractors = [{ feature_extractor_name: "passthrough", version: "v1" }];
  await shoal.post("/v1/namespaces", { namespace_name: NAMESPACE, feature_extractors: extractors });
  const parameters = { features: [{ name: "pixels", dimensions: 64 }] };
  const { body } = await shoal.post("/v1/collections", {
    collection_name: "digits",
    feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters },
  });
  collectionId = body.collection_id;
  for (const line of digits.trimEnd().split("\n")) {
    const { document_id, payload } = JSON.parse(line);
    classes.set(document_id, payload.label);
  }
  const headers = { "Content-Type": "application/x-ndjson" };
  const imported = await shoal.send("POST", `/v1/collections/${collectionId}/documents/import`, digits, headers);
  expect(await imported.json()).toMatchObject({ inserted: 1797, failed: 0 });
});

interface Member {
  document_id: string;
  cluster_id: string;
  coordinates: number[];
}

/** What a run must reach: clusters found, share of documents in one, and of those the share that shares its cluster's class. */
const EXPECTED: Record<
  keyof typeof DEMO_ALGORITHMS,
  { clusters: [number, number]; clustered: number; purity: number }
> = {
  kmeans: { clusters: [10, 10], clustered: 1, purity: 0.75 },
  dbscan: { clusters: [8, 25], clustered: 0.85, purity: 0.85 },
  hdbscan: { clusters: [8, 16], clustered: 0.85, purity: 0.85 },
  optics: { clusters: [8, 25], clustered: 0.6, purity: 0.85 },
  agglomerative: { clusters: [10, 10], clustered: 1, purity: 0.8 },
  spectral: { clusters: [10, 10], clustered: 1, purity: 0.8 },
  gaussian_mixture: { clusters: [10, 10], clustered: 1, purity: 0.7 },
  mean_shift: { clusters: [8, 25], clustered: 1, purity: 0.85 },
  leiden: { clusters: [8, 16], clustered: 1, purity: 0.85 },
  auto: { clusters: [5, 40], clustered: 0.5, purity: 0.6 },
};

const algorithms = Object.keys(DEMO_ALGORITHMS) as (keyof typeof DEMO_ALGORITHMS)[];

describe.each(algorithms)("%s", (algorithm) => {
  it("finds the digits and keeps what it found", { timeout: 120_000 }, async () => {
    const created = await shoal.post("/v1/clusters", {
      collection_ids: [collectionId],
      cluster_name: algorithm,
      vector_config: {
        feature_uris: [FEATURE],
        clustering_method: algorithm,
        normalize_features: false,
        ...DEMO_ALGORITHMS[algorithm],
      },
    });
    expect(created.status).toBe(200);
    const path = `/v1/clusters/${created.body.cluster_id}`;
    const started = await shoal.post(`${path}/execute?wait=25`);
    expect(started.status, JSON.stringify(started.body)).toBe(200);
    const runId = started.body.additional_data.run_id;
    let run = (await shoal.get(`${path}/executions/${runId}`)).body;
    for (let i = 0; i < 300 && ["pending", "processing"].includes(run.status); i++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      run = (await shoal.get(`${path}/executions/${runId}`)).body;
    }
    expect(run).toMatchObject({ status: "completed", error_message: null, num_points: 1797 });

    const { body } = await shoal.get(`${path}/executions/${runId}/artifacts?include_members=true`);
    const members = body.members as Member[];
    expect(members.map((one) => one.document_id).sort()).toEqual([...classes.keys()].sort());
    const { clusters, clustered, purity } = EXPECTED[algorithm];
    expect(body.centroids).toHaveLength(run.num_clusters);
    expect(run.num_clusters).toBeGreaterThanOrEqual(clusters[0]);
    expect(run.num_clusters).toBeLessThanOrEqual(clusters[1]);
    const found = groups(members);
    const inside = [...found.values()].flat().length;
    expect(inside / members.length).toBeGreaterThanOrEqual(clustered);
    expect(matching(found) / inside).toBeGreaterThanOrEqual(purity);
    expect(members.every((one) => one.coordinates.length === 2 && one.coordinates.every(Number.isFinite))).toBe(true);

    const file = await shoal.send(
      "POST",
      `${path}/executions/${runId}/data`,
      { include_members: true },
      { Accept: "application/vnd.apache.parquet" },
    );
    expect(Number(parquetMetadata(await file.arrayBuffer()).num_rows)).toBe(1797);
  });
});

/** Members by cluster, noise left out. */
function groups(members: Member[]): Map<string, Member[]> {
  const found = new Map<string, Member[]>();
  for (const member of members) {
    if (member.cluster_id === "-1") continue;
    found.set(member.cluster_id, [...(found.get(member.cluster_id) ?? []), member]);
  }
  return found;
}

/** How many documents are of the class that is the most frequent of their cluster. */
function matching(found: Map<string, Member[]>): number {
  let total = 0;
  for (const members of found.values()) {
    const counts = new Array<number>(10).fill(0);
    for (const { document_id } of members) counts[classes.get(document_id)!]! += 1;
    total += Math.max(...counts);
  }
  return total;
}
