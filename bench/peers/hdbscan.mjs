import { HDBSCAN } from "hdbscan-ts";
import { clusters, measure, request } from "./lib.mjs";

const { data, params } = request();
const model = new HDBSCAN({ minClusterSize: params.minClusterSize, minSamples: params.minSamples });
measure(
  () => model.fit(data),
  () => clusters(model.labels_),
);
