/** Agglomerative clustering: the whole merge tree and one cut. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const common = { job: "agglomerative", native: { script: "agglomerative", library: "scikit-learn" }, repeats: 1 };
const ward = { linkage: "ward", clusters: 10 };

export const run = () =>
  compare([
    { ...common, name: "Ward, mnist10k (10,000 × 784)", data: "mnist10k", params: ward, target: 0.5 },
    { ...common, name: "Ward, mnist10k_pca50 (10,000 × 50)", data: "mnist10k_pca50", params: ward, target: 0.5 },
    {
      ...common,
      name: "single linkage, mnist10k_pca50 (10,000 × 50)",
      data: "mnist10k_pca50",
      params: { linkage: "single", clusters: 10 },
    },
    {
      ...common,
      name: "average linkage, digits (1,797 × 64)",
      data: "digits",
      params: { linkage: "average", clusters: 10 },
      peer: { script: "agglomerative", library: "druid" },
    },
  ]);

await main(import.meta.url, run);
