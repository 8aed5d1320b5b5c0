import clustering from "density-clustering";
import { measure, request } from "./lib.mjs";

/** The library has no unbounded radius: the largest distance serves. */
const { data, params } = request();
measure(
  () => new clustering.OPTICS().run(data, Number.MAX_VALUE, params.minSamples),
  (groups) => ({ clusters: groups.length }),
);
