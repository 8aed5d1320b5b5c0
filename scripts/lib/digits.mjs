/** The demo's main job: digits in, clusters out. Everything goes through the API; nothing is computed but for show. */
import { DEMO_ALGORITHMS } from "./demo-algorithms.mjs";
import { follow, sayFiles, sayMetrics, sayPlan, timed } from "./demo-run.mjs";
import { bar, image, sideBySide, table } from "./draw.mjs";
import { bold, dim, expected, say } from "./output.mjs";

const NAMESPACE = "demo";
const FEATURE = "mixpeek://passthrough@v1/pixels";
/** Clusters that are shown, the largest first. */
const SHOWN = 15;
const NOISE = "-1";
const PIXELS = 64;
const FULL_PIXEL = 16;
const IMAGE_COLUMNS = 14;

const createCollection = (api) =>
  api.post("/v1/collections", {
    collection_name: "digits",
    description: "Handwritten digits, 8 x 8 pixels",
    feature_extractor: {
      feature_extractor_name: "passthrough",
      version: "v1",
      parameters: { features: [{ name: "pixels", dimensions: 64 }] },
    },
  });

const createDefinition = (api, collectionId, algorithm) =>
  api.post("/v1/clusters", {
    cluster_name: `digits-${algorithm}`,
    collection_ids: [collectionId],
    vector_config: {
      feature_uris: [FEATURE],
      clustering_method: algorithm,
      normalize_features: false, // how dark a pixel is, is told by its value
      ...DEMO_ALGORITHMS[algorithm],
    },
  });

/** For each cluster: its size, the digit that most of its members show and how many do, and the mean of their pixels. */
function describe(centroids, members, digits) {
  const found = new Map(
    centroids.map(({ cluster_id }) => [
      cluster_id,
      { counts: new Array(10).fill(0), pixels: new Float64Array(PIXELS) },
    ]),
  );
  for (const { cluster_id, document_id } of members) {
    const cluster = found.get(cluster_id);
    if (!cluster) continue; // noise
    const { label, pixels } = digits.get(document_id);
    cluster.counts[label]++;
    for (let i = 0; i < PIXELS; i++) cluster.pixels[i] += pixels[i];
  }
  return [...found].map(([id, { counts, pixels }]) => {
    const size = counts.reduce((sum, n) => sum + n, 0);
    const matching = Math.max(...counts);
    return { id, image: pixels.map((sum) => sum / size), size, digit: counts.indexOf(matching), matching };
  });
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function sayClusters(clusters, members) {
  const shown = clusters.slice(0, SHOWN);
  const largest = Math.max(...clusters.map(({ size }) => size));
  say(`\n${bold("Clusters")}`);
  const rows = shown.map(({ id, size, digit, matching }) => [
    id,
    size,
    bar(size / largest, 20),
    String(digit),
    percent(matching / size),
    bar(matching / size, 20),
  ]);
  for (const line of table(["cluster", "members", "", "digit", "purity", ""], rows)) say(`  ${line.trimEnd()}`);
  const more = clusters.length - shown.length;
  if (more > 0) say(`  ${dim(`and ${more} smaller ${more === 1 ? "one" : "ones"}`)}`);
  const noise = members.filter(({ cluster_id }) => cluster_id === NOISE).length;
  if (noise > 0) say(`  ${dim(`noise, in no cluster: ${noise.toLocaleString("en")} documents`)}`);
  const clustered = members.length - noise;
  const matching = clusters.reduce((sum, cluster) => sum + cluster.matching, 0);
  if (clustered > 0)
    say(`  ${dim(`purity over all: ${percent(matching / clustered)} of ${clustered.toLocaleString("en")} documents`)}`);

  say(`\n${bold("Mean images")} ${dim("(of the members)")}`);
  const blocks = shown.map(({ id, image: pixels, digit }) => [
    ...image(pixels, FULL_PIXEL, IMAGE_COLUMNS),
    `${id} → ${digit}`,
  ]);
  for (const line of sideBySide(blocks, 5, IMAGE_COLUMNS, " ")) say(line && ` ${line}`);
}

/** The images as they were imported, by document. */
function pixelsOf(documents) {
  const lines = new TextDecoder().decode(documents).trimEnd().split("\n");
  return new Map(
    lines.map((line) => JSON.parse(line)).map(({ document_id, vectors }) => [document_id, vectors.pixels]),
  );
}

/**
 * Runs the whole demo against a fresh server.
 *
 * @param api client with the root key and no namespace yet
 * @param {Uint8Array} documents NDJSON to import
 * @param {string} state the server's state folder, to say where the files are
 * @param {string} algorithm a key of `DEMO_ALGORITHMS`
 */
export async function runDigits(api, documents, state, algorithm) {
  const namespace = await api.post("/v1/namespaces", { namespace_name: NAMESPACE });
  const here = api.with({ namespace: NAMESPACE });
  const collection = await createCollection(here);

  const path = `/v1/collections/${collection.collection_id}`;
  const imported = await timed(
    (batch) => `Imported ${batch.inserted.toLocaleString("en")} documents over HTTP`,
    () => here.post(`${path}/documents/import`, documents, { "Content-Type": "application/x-ndjson" }),
  );
  if (imported.failed > 0) throw expected(`${imported.failed} documents were refused: ${JSON.stringify(imported)}`);

  const definition = await createDefinition(here, collection.collection_id, algorithm);
  const { plan } = await timed(
    () => `Planned ${algorithm}: ${JSON.stringify(DEMO_ALGORITHMS[algorithm].algorithm_params)}`,
    () => here.post(`/v1/clusters/${definition.cluster_id}/plan`, {}),
  );
  sayPlan(plan);

  const run = await timed(
    ({ num_points, num_clusters }) => `Clustered ${num_points.toLocaleString("en")} documents into ${num_clusters}`,
    async () => {
      const task = await here.post(`/v1/clusters/${definition.cluster_id}/execute`);
      return follow(here, `/v1/clusters/${definition.cluster_id}/executions/${task.additional_data.run_id}`);
    },
  );

  const { digits, tables } = await timed(
    ({ tables }) => `Read ${tables.members.length.toLocaleString("en")} assignments back from Parquet`,
    async () => {
      const images = pixelsOf(documents);
      const digits = new Map();
      for await (const { document_id, label } of here.list(`${path}/documents/list`))
        digits.set(document_id, { label, pixels: images.get(document_id) });
      return { digits, tables: await here.get(`${run.path}/artifacts?include_members=true`) };
    },
  );

  sayClusters(describe(tables.centroids, tables.members, digits), tables.members);
  sayMetrics(run);

  sayFiles(await here.get(`/v1/clusters/${definition.cluster_id}`), state);
  say();
  return {
    namespace: NAMESPACE,
    namespaceId: namespace.namespace_id,
    clusterId: definition.cluster_id,
    runId: run.run_id,
  };
}
