/** k-means with its restarts. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const native = { script: "kmeans", library: "scikit-learn" };

export const run = () =>
  compare([
    {
      name: "k-means, mnist10k (10,000 × 784), k = 10, 10 restarts",
      data: "mnist10k",
      job: "kmeans",
      params: { clusters: 10, restarts: 10 },
      native,
      peer: { script: "kmeans", library: "ml-kmeans (one restart)" },
      target: 0.7,
      repeats: 2,
    },
  ]);

await main(import.meta.url, run);
