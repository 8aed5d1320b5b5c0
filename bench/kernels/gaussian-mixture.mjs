/** Gaussian mixtures with one start by k-means, by the shape of their covariances. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

export const run = () =>
  compare(
    ["full", "tied", "diag", "spherical"].map((covarianceType) => ({
      name: `Gaussian mixture, mnist10k by PCA (10,000 × 50), k = 10, ${covarianceType}`,
      data: "mnist10k_pca50",
      job: "gaussian_mixture",
      params: { components: 10, covarianceType },
      native: { script: "gaussian_mixture", library: "scikit-learn" },
      target: 0.8,
    })),
  );

await main(import.meta.url, run);
