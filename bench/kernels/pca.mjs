/** Principal components, from rows to coordinates. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const native = { script: "pca", library: "scikit-learn" };

export const run = () =>
  compare([
    {
      name: "PCA to 50, mnist10k (10,000 × 784)",
      data: "mnist10k",
      job: "pca",
      params: { components: 50 },
      native,
      peer: { script: "pca", library: "druid" },
      target: 1.2,
    },
  ]);

await main(import.meta.url, run);
