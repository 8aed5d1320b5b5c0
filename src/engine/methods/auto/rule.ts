/** The rule: what is seen and tried decides, and every step of it is a reason that the run tells. docs/kernels/auto.md is its page. */
import type { VectorMethodSpec } from "../../../domain/run/methods";
import { adjustedRandIndex } from "../../../kernels/measures/agreement";
import { hdbscan } from "../hdbscan";
import { leiden } from "../leiden";
import type { Choice, Fit, Sizes } from "../method";
import { wholeKMeans } from "../whole-kmeans";
import { CLUSTERS, hdbscanParams, kmeansParams, LEIDEN, RESTARTS, TRIAL_RESTARTS } from "./candidates";
import { type Survey, survey } from "./survey";
import { tryOut } from "./trial";

/** Fewer rows than that have no neighbourhoods to speak of. */
const LEAST_FOR_NEIGHBORS = 100;
/** Where densities can be told apart: in more dimensions nearly all rows lie in the sparse outskirts of their cluster. */
const MOST_DIMENSIONS = 12;
/** In powers of ten: rows of one even density show 0.36, since the tenth neighbour's distance varies by chance. */
const LEAST_RANGE = 0.5;
/** Share of the rows that HDBSCAN may leave out, and the share that counts as none. */
const MOST_NOISE = 0.3;
const LITTLE_NOISE = 0.05;
/** Adjusted Rand index at which two clusterings come to the same. */
const SAME = 0.95;
/** Mean silhouette below which round clusters are "no substantial structure" (Kaufman & Rousseeuw, Finding Groups in Data, 1990). */
const STRUCTURE = 0.25;
/** Rows that a cluster of a trial has at least on average. */
const ROWS_A_CLUSTER = 5;

export async function choose(sample: Fit<unknown>, fitted: Sizes): Promise<Choice> {
  const seen = await survey(sample);
  const reasons = [
    `of ${fitted.rows} rows ${sample.rows} were looked at: intrinsic dimension ${shown(seen.intrinsicDimension, 1)} of ${sample.dimensions}, density varies by ${shown(seen.densityRange, 1)} powers of ten`,
  ];
  const chosen =
    (await densityBased(sample, seen, fitted, reasons)) ??
    (await byShape(sample, await bestKMeans(sample, reasons), reasons));
  return { chosen, reasons };
}

/** HDBSCAN where densities can be told apart and it leaves little out; k-means in its place where that comes to the same. */
async function densityBased(
  sample: Fit<unknown>,
  { intrinsicDimension, densityRange }: Survey,
  fitted: Sizes,
  reasons: string[],
): Promise<VectorMethodSpec | null> {
  if (sample.rows < LEAST_FOR_NEIGHBORS) return null;
  if (intrinsicDimension === null || densityRange === null) return null;
  if (intrinsicDimension > MOST_DIMENSIONS || densityRange < LEAST_RANGE) {
    reasons.push(
      `no hdbscan: it is for at most ${MOST_DIMENSIONS} dimensions and densities that vary by ${LEAST_RANGE} powers of ten`,
    );
    return null;
  }
  const dense = await tryOut(hdbscan, hdbscanParams(sample.rows), sample);
  reasons.push(`hdbscan: ${dense.clusters} clusters, ${(100 * dense.noiseFraction).toFixed(1)} % noise`);
  if (dense.clusters < 2 || dense.noiseFraction > MOST_NOISE) {
    reasons.push(`not taken: two clusters and at most ${100 * MOST_NOISE} % noise are asked for`);
    return null;
  }
  if (dense.noiseFraction <= LITTLE_NOISE && dense.clusters <= sample.rows / ROWS_A_CLUSTER) {
    const round = await tryOut(wholeKMeans, kmeansParams(dense.clusters, TRIAL_RESTARTS), sample);
    const same = agreement(dense.labels, round.labels);
    reasons.push(`kmeans with as many clusters agrees with it by ${shown(same, 3)} (adjusted Rand index)`);
    if (same >= SAME) {
      reasons.push("its clusters are round: kmeans, which leaves nothing out");
      return { kind: "kmeans", params: kmeansParams(dense.clusters, RESTARTS) };
    }
  }
  return { kind: "hdbscan", params: hdbscanParams(fitted.rows) };
}

/** k-means where it finds round clusters, by silhouette; communities, which follow any shape, where it does not or they are as far apart. */
async function byShape(sample: Fit<unknown>, round: BestKMeans, reasons: string[]): Promise<VectorMethodSpec> {
  const kmeans: VectorMethodSpec = { kind: "kmeans", params: kmeansParams(round.clusters, RESTARTS) };
  if (sample.rows < LEAST_FOR_NEIGHBORS) {
    reasons.push(`fewer than ${LEAST_FOR_NEIGHBORS} rows: kmeans`);
    return kmeans;
  }
  const communities = await tryOut(leiden, LEIDEN, sample);
  reasons.push(`leiden: ${communities.clusters} communities, silhouette ${shown(communities.silhouette, 3)}`);
  if (communities.clusters < 2) return kmeans;
  if ((round.silhouette ?? -1) < STRUCTURE)
    reasons.push(`below a silhouette of ${STRUCTURE} there are no round clusters to speak of: leiden`);
  else if ((communities.silhouette ?? -1) <= round.silhouette!) return kmeans;
  return { kind: "leiden", params: LEIDEN };
}

interface BestKMeans {
  clusters: number;
  silhouette: number | null;
}

/** The number of clusters with the best silhouette; the smaller on ties. */
async function bestKMeans(sample: Fit<unknown>, reasons: string[]): Promise<BestKMeans> {
  const most = Math.max(2, Math.floor(sample.rows / ROWS_A_CLUSTER));
  const tried = CLUSTERS.filter((clusters) => clusters <= Math.min(most, sample.rows));
  let best: BestKMeans = { clusters: 2, silhouette: null };
  for (const clusters of tried) {
    const { silhouette } = await tryOut(wholeKMeans, kmeansParams(clusters, TRIAL_RESTARTS), sample);
    if (silhouette !== null && silhouette > (best.silhouette ?? -1)) best = { clusters, silhouette };
  }
  reasons.push(
    `kmeans: ${best.clusters} clusters are the best of ${tried.join(", ")}, silhouette ${shown(best.silhouette, 3)}`,
  );
  return best;
}

/** Over the rows that the first does not call noise. */
function agreement(dense: Int32Array, round: Int32Array): number {
  const clustered = dense.map((_, row) => row).filter((row) => dense[row]! >= 0);
  const of = (labels: Int32Array) => clustered.map((row) => labels[row]!);
  return adjustedRandIndex(of(dense), of(round));
}

const shown = (value: number | null, digits: number): string => (value === null ? "unknown" : value.toFixed(digits));
