/** t-SNE, from rows to the layout. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

const native = { script: "tsne", library: "scikit-learn" };

export const run = () =>
  compare([
    {
      name: "t-SNE, digits (1,797 × 64) to 2 dimensions, perplexity 30",
      data: "digits",
      job: "tsne",
      params: { components: 2, perplexity: 30 },
      native,
      peer: { script: "tsne", library: "druid" },
      target: 0.6,
      repeats: 2,
    },
    {
      name: "t-SNE, digits to 3 dimensions",
      data: "digits",
      job: "tsne",
      params: { components: 3, perplexity: 30 },
      native,
      target: 0.6,
      repeats: 1,
    },
  ]);

await main(import.meta.url, run);
