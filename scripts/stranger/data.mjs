/** Documents that the stranger brings: blobs around seeded centres, the same in every run of the check. */

/** A counter-based generator of numbers in [0, 1): mulberry32 over (seed, counter). */
function uniform(seed, counter) {
  let t = (seed + Math.imul(counter + 1, 0x6d2b79f5)) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

export const DIMENSIONS = 16;
export const CENTRES = 5;

/** Document `index`: its vector lies near centre `index mod CENTRES`. */
export function blob(index, dimensions = DIMENSIONS) {
  const centre = index % CENTRES;
  const vector = Array.from({ length: dimensions }, (_, j) => {
    const value = 10 * uniform(7, centre * dimensions + j) + uniform(11, index * dimensions + j);
    return Math.round(value * 1000) / 1000;
  });
  const id = `doc_blob${String(index).padStart(6, "0")}`;
  return {
    document_id: id,
    payload: { centre, parity: index % 2 ? "odd" : "even", nested: { rank: index } },
    vectors: { v: vector },
  };
}

/** Documents [from, to) as NDJSON. */
export function ndjson(from, to, dimensions) {
  let text = "";
  for (let index = from; index < to; index++) text += `${JSON.stringify(blob(index, dimensions))}\n`;
  return text;
}

export const NDJSON = { "Content-Type": "application/x-ndjson" };

export const collectionBody = (name, dimensions = DIMENSIONS) => ({
  collection_name: name,
  feature_extractor: {
    feature_extractor_name: "passthrough",
    version: "v1",
    parameters: { features: [{ name: "v", dimensions }] },
  },
});

export const clusterBody = (name, collectionId, params = {}) => ({
  cluster_name: name,
  collection_ids: [collectionId],
  vector_config: {
    feature_uris: ["mixpeek://passthrough@v1/v"],
    clustering_method: "kmeans",
    algorithm_params: { n_clusters: CENTRES, n_init: 3, random_state: 42, ...params },
    normalize_features: false,
  },
});
