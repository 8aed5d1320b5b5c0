/** UMAP from rows to a layout. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const native = { script: "umap_learn", library: "umap-learn" };
const target = 0.6;
const mnist10k = (components) => ({
  name: `UMAP to ${components}, mnist10k (10,000 × 784)`,
  data: "mnist10k",
  job: "umap",
  params: { components, neighbors: 30 },
  native,
  target,
  repeats: 1,
});

export const run = () =>
  compare([
    {
      name: "UMAP to 2, digits (1,797 × 64)",
      data: "digits",
      job: "umap",
      params: { components: 2, neighbors: 30 },
      native,
      peer: { script: "umap", library: "umap-js" },
      target,
      repeats: 2,
    },
    mnist10k(2),
    mnist10k(50),
  ]);

await main(import.meta.url, run);
