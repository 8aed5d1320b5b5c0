/** Leiden on a given graph. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

export const run = () =>
  compare([
    {
      name: "Leiden, graph of mnist10k (30 neighbours, cosine), 2 passes",
      data: "mnist10k",
      job: "leiden",
      params: { neighbors: 30, iterations: 2 },
      native: { script: "leiden", library: "igraph" },
      target: 1,
      repeats: 5,
    },
    {
      name: "Leiden, graph of the digits, 2 passes",
      data: "digits",
      job: "leiden",
      params: { neighbors: 30, iterations: 2 },
      native: { script: "leiden", library: "igraph" },
      peer: { script: "leiden", library: "graphology (Louvain)" },
      repeats: 5,
    },
  ]);

await main(import.meta.url, run);
