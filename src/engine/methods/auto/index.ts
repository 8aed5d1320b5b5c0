/** `auto`: looks at a sample of the rows, tries on it what the rule calls for, and says why it chose what it chose. */
import { silhouetteScoresBytes } from "../../../kernels/measures/memory";
import { BASE_BYTES, matrixBytes } from "../../../kernels/memory";
import { SILHOUETTE_PER_MS } from "../../cost";
import { largestFitting } from "../../plan-stage";
import type { ChoosingMethod } from "../method";
import { CLUSTERS, planCandidates } from "./candidates";
import { choose } from "./rule";

/** Rows of the sample: as many as make about 4·10⁸ multiply-adds of all pairs, within bounds. */
const PAIR_WORK = 4e8;
const MOST_SAMPLED = 2_000;
const LEAST_SAMPLED = 500;

export const auto: ChoosingMethod = {
  kind: "choosing",
  cap: "pairwiseRows",
  plan: planCandidates,

  fittedRows: ({ rows, dimensions }, limits) =>
    largestFitting(
      Math.min(rows, limits.pairwiseRows),
      (fitted) => planCandidates({ rows: fitted, dimensions }).bytes <= limits.kernelBytes,
    ),

  sampleRows: ({ rows, dimensions }) =>
    Math.min(rows, MOST_SAMPLED, Math.max(LEAST_SAMPLED, Math.floor(Math.sqrt(PAIR_WORK / dimensions)))),

  planChoice(sample) {
    const { rows, dimensions } = sample;
    const tried = planCandidates(sample);
    return {
      method: `intrinsic dimension and density of ${rows} rows, and methods tried on them`,
      bytes: Math.max(
        tried.bytes,
        BASE_BYTES + matrixBytes(rows, dimensions) + silhouetteScoresBytes(rows, dimensions, rows),
      ),
      cpuMs: tried.cpuMs + (CLUSTERS.length * rows * rows * dimensions) / SILHOUETTE_PER_MS,
      exact: true,
    };
  },

  choose,
};
