/** Latent semantic analysis: counts of words to components. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

export const run = () =>
  compare([
    {
      name: "LSA to 100, 20,000 seeded documents of 100 words",
      data: "words20k",
      job: "lsa",
      params: { indices: 20_000, rounds: 5 },
      native: { script: "lsa", library: "scikit-learn" },
      repeats: 1,
      target: 1,
    },
  ]);

await main(import.meta.url, run);
