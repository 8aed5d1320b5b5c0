/** Mean shift from the bins of two dimensions, and from every row of some. */
import { compare } from "./lib/compare.mjs";
import { main } from "./lib/runtimes.mjs";

export const run = () =>
  compare(
    [
      { data: "digits", shape: "1,797 × 64", bandwidth: 30.479396, binSeeding: false },
      { data: "mnist10k_umap2", shape: "10,000 × 2", bandwidth: 0.9584972873477607, binSeeding: true },
    ].map(({ data, shape, bandwidth, binSeeding }) => ({
      name: `mean shift, ${data} (${shape}), ${binSeeding ? "from bins" : "from every row"}`,
      data,
      job: "mean_shift",
      params: { bandwidth, binSeeding },
      native: { script: "mean_shift", library: "scikit-learn" },
      peer: binSeeding ? undefined : { script: "mean-shift", library: "druid" },
      target: 1,
    })),
  );

await main(import.meta.url, run);
