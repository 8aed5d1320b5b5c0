import { kmeans } from "ml-kmeans";
import { measure, request } from "./lib.mjs";

/** One restart: the library has no more. */
const { data, params } = request();
measure(() => kmeans(data, params.clusters, { seed: 1, maxIterations: 300 }));
