/** The demo's main job: digits in, clusters out. Everything goes through the API; nothing is computed but for show. */
import { bar, image, progress, sideBySide, table } from "./draw.mjs";
import { bold, dim, expected, green, say, seconds } from "./output.mjs";

const NAMESPACE = "demo";
const FEATURE = "mixpeek://passthrough@v1/pixels";
const CLUSTERS = 10;
const FULL_PIXEL = 16;
const IMAGE_COLUMNS = 14;

async function timed(what, work) {
  const start = performance.now();
  const result = await work();
  say(`${green("✓")} ${what(result)} ${dim(`(${seconds(performance.now() - start)})`)}`);
  return result;
}

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

const createDefinition = (api, collectionId) =>
  api.post("/v1/clusters", {
    cluster_name: "digits-kmeans",
    collection_ids: [collectionId],
    vector_config: {
      feature_uris: [FEATURE],
      clustering_method: "kmeans",
      algorithm_params: { n_clusters: CLUSTERS, n_init: 10, random_state: 42 },
      normalize_features: false, // pixels as they are, so that a centroid is a picture
    },
  });

function sayPlan({ stages }) {
  const rows = stages.map((stage) => [
    stage.kind,
    stage.tasks,
    `${(stage.task_bytes / 1024 / 1024).toFixed(1)} MiB`,
    seconds(stage.cpu_ms),
    stage.exact ? "exact" : "approximate",
  ]);
  for (const line of table(["stage", "tasks", "memory", "CPU", ""], rows)) say(`    ${dim(line.trimEnd())}`);
}

/** Follows the run by its event stream to its end. */
async function follow(api, path) {
  const shown = progress();
  let last = null;
  for await (const event of api.events(`${path}/events`)) {
    last = event;
    shown.onEvent(event);
  }
  shown.end();
  const run = await api.get(path);
  if (run.status !== "completed")
    throw expected(`The run ended as ${run.status}: ${run.error_message ?? last?.message}`);
  return { ...run, path };
}

/** For each cluster: its size, the digit that most of its members show, and how many do. */
function describe(centroids, members, labels) {
  const counts = new Map(centroids.map((centroid) => [centroid.cluster_id, new Array(10).fill(0)]));
  for (const member of members) counts.get(member.cluster_id)[labels.get(member.document_id)]++;
  return centroids.map((centroid) => {
    const count = counts.get(centroid.cluster_id);
    const size = count.reduce((sum, n) => sum + n, 0);
    const matching = Math.max(...count);
    return {
      id: centroid.cluster_id,
      vector: centroid.centroid_vector,
      size,
      digit: count.indexOf(matching),
      matching,
    };
  });
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function sayClusters(clusters, total) {
  const largest = Math.max(...clusters.map(({ size }) => size));
  say(`\n${bold("Clusters")}`);
  const rows = clusters.map(({ id, size, digit, matching }) => [
    id,
    size,
    bar(size / largest, 20),
    String(digit),
    percent(matching / size),
    bar(matching / size, 20),
  ]);
  for (const line of table(["cluster", "members", "", "digit", "purity", ""], rows)) say(`  ${line.trimEnd()}`);
  const matching = clusters.reduce((sum, cluster) => sum + cluster.matching, 0);
  say(`  ${dim(`purity over all: ${percent(matching / total)} of ${total.toLocaleString("en")} documents`)}`);

  say(`\n${bold("Mean images")} ${dim("(the centroids)")}`);
  const blocks = clusters.map(({ id, vector, digit }) => [
    ...image(vector, FULL_PIXEL, IMAGE_COLUMNS),
    `${id} → ${digit}`,
  ]);
  for (const line of sideBySide(blocks, 5, IMAGE_COLUMNS, " ")) say(line && ` ${line}`);
}

function sayMetrics(run) {
  say(bold("Metrics"));
  const rows = Object.entries(run.metrics ?? {})
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name.replaceAll("_", " "), Number(value.toPrecision(6)).toLocaleString("en")]);
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) say(`  ${name.padEnd(width)}  ${value}`);
  for (const warning of run.warnings ?? []) say(`  ${dim(`warning: ${warning.msg}`)}`);
}

function sayFiles({ parquet_path, members_key }, state) {
  const manifest = members_key.replace(/[^/]+$/, "manifest.json");
  say(`\n${bold("Files")} ${dim(`(keys in the bucket, which a local server keeps under ${state})`)}`);
  for (const key of [members_key, parquet_path, manifest]) say(`  ${key}`);
}

/**
 * Runs the whole demo against a fresh server.
 *
 * @param api client with the root key and no namespace yet
 * @param {Uint8Array} documents NDJSON to import
 * @param {string} state the server's state folder, to say where the files are
 */
export async function runDigits(api, documents, state) {
  const namespace = await api.post("/v1/namespaces", { namespace_name: NAMESPACE });
  const here = api.with({ namespace: NAMESPACE });
  const collection = await createCollection(here);

  const path = `/v1/collections/${collection.collection_id}`;
  const imported = await timed(
    (batch) => `Imported ${batch.inserted.toLocaleString("en")} documents over HTTP`,
    () => here.post(`${path}/documents/import`, documents, { "Content-Type": "application/x-ndjson" }),
  );
  if (imported.failed > 0) throw expected(`${imported.failed} documents were refused: ${JSON.stringify(imported)}`);

  const definition = await createDefinition(here, collection.collection_id);
  const { plan } = await timed(
    () => `Planned k-means, ${CLUSTERS} clusters, 10 restarts`,
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

  const { labels, tables } = await timed(
    ({ tables }) => `Read ${tables.members.length.toLocaleString("en")} assignments back from Parquet`,
    async () => {
      const labels = new Map();
      for await (const document of here.list(`${path}/documents/list`))
        labels.set(document.document_id, document.label);
      return { labels, tables: await here.get(`${run.path}/artifacts?include_members=true`) };
    },
  );

  sayClusters(describe(tables.centroids, tables.members, labels), tables.members.length);
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
