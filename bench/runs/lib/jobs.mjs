/** The steps of a job over HTTP: collection, import, definition, run. */
import { setTimeout as sleep } from "node:timers/promises";
import { arrow, FEATURE, ndjson } from "./data.mjs";

const TYPES = { arrow: "application/vnd.apache.arrow.stream", ndjson: "application/x-ndjson" };
/** Bytes of an import request; the API takes 100 MB. */
const REQUEST_BYTES = 64 * 1024 * 1024;
/** Characters of a float in JSON, rounded up. */
const JSON_FLOAT = 24;
const POLL_MS = 5;

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export async function createCollection(api, name, dimensions) {
  const features = [{ name: FEATURE, dimensions }];
  const extractor = { feature_extractor_name: "passthrough", version: "v1", parameters: { features } };
  return (await api.post("/v1/collections", { collection_name: name, feature_extractor: extractor })).collection_id;
}

/** Imports all rows; returns the documents per second that the server took, encoding not counted. */
export async function importRows(api, collectionId, data, format) {
  const encode = format === "arrow" ? arrow : ndjson;
  const rowBytes = data.dimensions * (format === "arrow" ? 4 : JSON_FLOAT) + 100;
  const step = Math.floor(REQUEST_BYTES / rowBytes);
  let elapsed = 0;
  for (let from = 0; from < data.rows; from += step) {
    const to = Math.min(data.rows, from + step);
    const body = encode(data, from, to);
    const started = performance.now();
    const path = `/v1/collections/${collectionId}/documents/import`;
    const batch = await api.post(path, body, { "Content-Type": TYPES[format] });
    elapsed += performance.now() - started;
    if (batch.failed > 0 || batch.received !== to - from) {
      throw new Error(`import of rows ${from} to ${to}: ${JSON.stringify(batch).slice(0, 500)}`);
    }
  }
  return data.rows / (elapsed / 1000);
}

/** A collection filled with the rows. */
export async function collectionOf(api, name, data) {
  const collectionId = await createCollection(api, name, data.dimensions);
  await importRows(api, collectionId, data, "arrow");
  return collectionId;
}

export const createKMeans = (api, name, collectionId, params, feature = FEATURE) =>
  createDefinition(api, name, collectionId, "kmeans", { random_state: 42, ...params }, feature);

export async function createDefinition(api, name, collectionId, algorithm, params, feature = FEATURE) {
  const definition = await api.post("/v1/clusters", {
    cluster_name: name,
    collection_ids: [collectionId],
    vector_config: {
      feature_uris: [`mixpeek://passthrough@v1/${feature}`],
      clustering_method: algorithm,
      algorithm_params: params,
      normalize_features: false,
    },
  });
  return definition.cluster_id;
}

/** Submits a run; resolves with its id as soon as the server has taken it. */
export async function submit(api, clusterId) {
  return (await api.post(`/v1/clusters/${clusterId}/execute`)).additional_data.run_id;
}

/** Waits until the run has completed; throws when it failed. */
export async function finished(api, clusterId, runId) {
  for (;;) {
    const run = await api.get(`/v1/clusters/${clusterId}/executions/${runId}`);
    if (run.status === "completed") return run;
    if (run.status === "failed") throw new Error(`run ${runId} failed: ${run.error_code} ${run.error_message}`);
    await sleep(POLL_MS);
  }
}

/** Milliseconds from the submission of a run until its artifacts have been read from the API, and the run. */
export async function wholeRun(api, clusterId) {
  const started = performance.now();
  const runId = await submit(api, clusterId);
  const run = await finished(api, clusterId, runId);
  await api.get(`/v1/clusters/${clusterId}/executions/${runId}/artifacts`);
  return { ms: performance.now() - started, run };
}
