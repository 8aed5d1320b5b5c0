/** Spectral clustering by a graph of nearest neighbours. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

export const run = () =>
  compare([
    {
      name: "spectral clustering, mnist10k (10,000 × 784), k = 10, 10 neighbours",
      data: "mnist10k",
      job: "spectral",
      params: { clusters: 10, neighbors: 10 },
      native: { script: "spectral", library: "scikit-learn" },
      target: 0.4,
      repeats: 2,
    },
  ]);

await main(import.meta.url, run);
