/** Mean shift. Its modes are kept (`modes.parquet`); they label rows outside of the fitted sample. */
import type { MeanShiftParams } from "../../domain/definition/params/mean-shift";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { meanShiftBytes } from "../../kernels/modes/memory";
import { EXPECTED_CLUSTERS, type FittedMethod } from "./method";
import { refused, withoutEffect } from "./parameters";

/** Moves that a mean takes, on average; of the means that bins start, as a share of the rows. Measured, see docs/design/optics.md. */
const MOVES = 15;
const BINNED = 0.1;
const PAIR_MS = 1e-6;
const PAIR_DIMENSION_MS = 7e-8;

export const meanShift: FittedMethod<MeanShiftParams> = {
  kind: "fitted",
  cap: "pairwiseRows",

  review(params) {
    const given = "seeds are given";
    if (params.seeds === null) return [];
    return withoutEffect(params, { bin_seeding: [false, given], min_bin_freq: [1, given] });
  },

  check({ seeds }, { dimensions }) {
    const wrong = seeds?.findIndex((seed) => seed.length !== dimensions) ?? -1;
    if (wrong < 0) return;
    const length = seeds![wrong]!.length;
    const why = `seed ${wrong} has ${length} values; the prepared vectors have ${dimensions} dimensions`;
    throw refused("seeds", why, { value: length, accepted: [dimensions] });
  },

  plan({ seeds, bin_seeding, bandwidth }, { rows, dimensions }) {
    const means = seeds?.length ?? (bin_seeding ? BINNED * rows : rows);
    const rounds = MOVES * means + (bandwidth === null ? 5 * rows : 0);
    // Ends of means lie outside of the module, in the worst case one a mean.
    const ends = 8 * dimensions * means;
    return {
      method: "mean shift with a flat kernel, exact within the bandwidth",
      bytes: BASE_BYTES + matrixBytes(rows, dimensions) + meanShiftBytes(rows, dimensions, EXPECTED_CLUSTERS) + ends,
      cpuMs: rounds * rows * (PAIR_MS + PAIR_DIMENSION_MS * dimensions),
    };
  },

  async fit({ params, kernels, matrix, dimensions, run }) {
    const seeds = params.seeds && Float64Array.from(params.seeds.flat());
    const options = {
      bandwidth: params.bandwidth,
      seeds,
      binSeeding: params.bin_seeding,
      minBinFreq: params.min_bin_freq,
      clusterAll: params.cluster_all,
      maxIter: params.max_iter,
    };
    const { labels, centers, bandwidth } = await run(kernels.meanShift(await matrix(), options));
    return {
      labels,
      objectives: { bandwidth },
      tables: [{ file: "modes.parquet", rows: centers.length / dimensions, columns: { mode: centers } }],
      keeps: { centers, reach: Float64Array.of(params.cluster_all ? Infinity : bandwidth) },
    };
  },

  *predict({ kernels, matrix, kept }) {
    return { labels: yield* kernels.modeLabels(matrix, kept.centers!, kept.reach![0]!) };
  },
};
