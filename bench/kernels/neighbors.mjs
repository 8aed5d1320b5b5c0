/** Nearest neighbours of all rows: exact against brute force, approximate against pynndescent. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const exact = { job: "neighbors", native: { script: "neighbors", library: "scikit-learn" }, target: 1, repeats: 2 };
const approximate = {
  job: "neighbors",
  native: { script: "approximate_neighbors", library: "pynndescent" },
  target: 1.2,
  repeats: 1,
};

export const run = () =>
  compare([
    {
      ...exact,
      name: "exact neighbours, mnist10k (10,000 × 784), k = 30, cosine",
      data: "mnist10k",
      params: { k: 30, metric: "cosine" },
    },
    {
      ...exact,
      name: "exact neighbours, mnist10k_pca50 (10,000 × 50), k = 30, euclidean",
      data: "mnist10k_pca50",
      params: { k: 30, metric: "euclidean" },
    },
    {
      ...approximate,
      name: "approximate neighbours, mnist70k_pca50 (70,000 × 50), k = 30, euclidean",
      data: "mnist70k_pca50",
      params: { k: 30, metric: "euclidean", approximate: true },
    },
    {
      ...approximate,
      name: "neighbours where approximate ones are usual, mnist10k (10,000 × 784), k = 30, cosine: exact lists",
      data: "mnist10k",
      params: { k: 30, metric: "cosine" },
    },
  ]);

await main(import.meta.url, run);
