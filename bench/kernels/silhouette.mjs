/** Silhouette of every row, exactly. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const common = { job: "silhouette", data: "mnist10k", native: { script: "silhouette", library: "scikit-learn" } };

export const run = () =>
  compare(
    ["euclidean", "cosine"].map((metric) => ({
      ...common,
      name: `silhouette by ${metric} distances, mnist10k (10,000 × 784), k = 10`,
      params: { clusters: 10, metric },
      repeats: 2,
      target: 1,
    })),
  );

await main(import.meta.url, run);
