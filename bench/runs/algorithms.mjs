/**
 * Whole runs over HTTP, from the submission to the artifacts, against the time that scikit-learn takes for the clustering alone, on one thread,
 * in the same run. The run also reads the rows, centres and describes them, draws the map, measures and writes Parquet.
 */
import { dataset } from "../lib/datasets.mjs";
import { nativeReference } from "../lib/references.mjs";
import { collectionOf, createDefinition, wholeRun } from "./lib/jobs.mjs";

const TARGET = 1;
const REPEATS = 2;

/** `params` as the contract names them, `arguments` as scikit-learn does. */
const CASES = [
  {
    algorithm: "kmeans",
    data: "mnist10k",
    params: { n_clusters: 10, n_init: 10, random_state: 0 },
    arguments: { n_clusters: 10, n_init: 10, random_state: 0 },
  },
  {
    algorithm: "agglomerative",
    data: "mnist10k",
    params: { n_clusters: 10, linkage: "ward" },
    arguments: { n_clusters: 10, linkage: "ward" },
  },
  {
    algorithm: "spectral",
    data: "mnist10k",
    params: { n_clusters: 10, affinity: "nearest_neighbors", n_neighbors: 10, random_state: 0 },
    arguments: { n_clusters: 10, affinity: "nearest_neighbors", n_neighbors: 10, random_state: 0 },
  },
  {
    algorithm: "gaussian_mixture",
    data: "mnist10k_pca50",
    params: { n_components: 10, covariance_type: "full", random_state: 0 },
    arguments: { n_components: 10, covariance_type: "full", random_state: 0 },
  },
  {
    algorithm: "optics",
    data: "mnist10k_pca50",
    params: { min_samples: 5 },
    arguments: { min_samples: 5 },
  },
];

export async function run({ api }) {
  const rows = [];
  const collections = new Map();
  for (const { algorithm, data: name, params, arguments: known } of CASES) {
    const data = dataset(name);
    if (!data) {
      rows.push({ name: `${algorithm}: skipped, ${name} is not beside the repository`, figures: "", pass: null });
      continue;
    }
    if (!collections.has(name)) collections.set(name, await collectionOf(api, `algorithms-${name}`, data));
    const clusterId = await createDefinition(api, `${algorithm}-${name}`, collections.get(name), algorithm, params);
    let ours = Infinity;
    for (let repeat = 0; repeat < REPEATS; repeat++) ours = Math.min(ours, (await wholeRun(api, clusterId)).ms / 1000);
    const native = await nativeReference({ script: "estimator" }, { algorithm, arguments: known }, data, 1);
    const ratio = native && ours / native.seconds;
    const figures = native
      ? `whole run ${ours.toFixed(2)} s, scikit-learn ${native.seconds.toFixed(2)} s; ratio ${ratio.toFixed(2)}`
      : `whole run ${ours.toFixed(2)} s; scikit-learn is not installed`;
    rows.push({
      name: `${algorithm}, ${name} (${data.rows.toLocaleString("en")} × ${data.dimensions})`,
      figures,
      target: `≤ ${TARGET} × scikit-learn, one thread`,
      pass: native ? ratio <= TARGET : null,
    });
  }
  return rows;
}
