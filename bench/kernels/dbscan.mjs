/** DBSCAN in many, some and two dimensions. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const native = { script: "dbscan", library: "scikit-learn" };

export const run = () =>
  compare(
    [
      { data: "digits", shape: "1,797 × 64", eps: 20 },
      { data: "mnist10k_pca50", shape: "10,000 × 50", eps: 5.188187928226918 },
      { data: "mnist10k_umap2", shape: "10,000 × 2", eps: 0.15 },
    ].map(({ data, shape, eps }) => ({
      name: `DBSCAN, ${data} (${shape}), eps ${eps.toFixed(2)}`,
      data,
      job: "dbscan",
      params: { eps },
      native,
      peer: data === "digits" ? { script: "dbscan", library: "density-clustering" } : undefined,
      target: 1,
    })),
  );

await main(import.meta.url, run);
