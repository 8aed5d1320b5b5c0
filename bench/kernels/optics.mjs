/** OPTICS in many, some and two dimensions. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

export const run = () =>
  compare(
    [
      { data: "digits", shape: "1,797 × 64" },
      { data: "mnist10k_pca50", shape: "10,000 × 50" },
      { data: "mnist10k_umap2", shape: "10,000 × 2" },
    ].map(({ data, shape }) => ({
      name: `OPTICS, ${data} (${shape}), xi`,
      data,
      job: "optics",
      params: { minSamples: 5, minClusterSize: 10 },
      native: { script: "optics", library: "scikit-learn" },
      peer: data === "digits" ? { script: "optics", library: "density-clustering" } : undefined,
      repeats: data === "digits" ? 3 : 2,
      target: 0.2,
    })),
  );

await main(import.meta.url, run);
