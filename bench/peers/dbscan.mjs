import clustering from "density-clustering";
import { measure, request } from "./lib.mjs";

const { data, params } = request();
measure(
  () => new clustering.DBSCAN().run(data, params.eps, params.minSamples ?? 5),
  (groups) => ({ clusters: groups.length }),
);
