/**
 * HDBSCAN. fast_hdbscan is not packaged everywhere: where it is absent its stored time (0.263 s and 2.33 s on one thread, the same kind of
 * machine) is scaled by what a job of scikit-learn stored beside it takes in this run. The hdbscan library's times there were 2.97 s and 132 s.
 */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const native = { script: "hdbscan", library: "fast_hdbscan" };
const params = { minClusterSize: 10, minSamples: 5 };

export const run = () =>
  compare([
    {
      // hdbscan-ts took 86 s for these on a machine like this one: too long to ask it each time (bench/peers/hdbscan.mjs).
      name: "HDBSCAN, digits (1,797 × 64)",
      data: "digits",
      job: "hdbscan",
      params,
    },
    {
      name: "HDBSCAN, mnist10k_pca50 (10,000 × 50)",
      data: "mnist10k_pca50",
      job: "hdbscan",
      params: { ...params, storedSeconds: 0.263, scale: "dbscan", scaleSeconds: 0.282 },
      native,
      target: 1.5,
    },
    {
      name: "HDBSCAN, mnist70k_pca50 (70,000 × 50)",
      data: "mnist70k_pca50",
      job: "hdbscan",
      params: { ...params, storedSeconds: 2.33, scale: "gaussian_mixture", scaleSeconds: 2.22 },
      native,
      target: 1.5,
      repeats: 2,
    },
  ]);

await main(import.meta.url, run);
