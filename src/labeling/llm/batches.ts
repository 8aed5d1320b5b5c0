/** Which clusters go into one request: as many as its tokens allow, since a model names best what it sees side by side. */
import type { ShownCluster } from "./prompt";

/** Tokens of data in one request, and clusters: replies of 2,000 tokens fit every model that is offered. */
export const REQUEST_TOKENS = 8_000;
export const REQUEST_CLUSTERS = 10;
/** Files of one request: fewer than any provider's limit. */
const REQUEST_MEDIA = 16;

/** Reckoned short, so that a request is rather smaller than meant. */
const CHARACTERS_A_TOKEN = 3;
const TOKENS_A_FILE = { image: 800, video: 6_000, audio: 2_000 };
const TOKENS_A_CLUSTER = 40;

export function tokensOf({ keywords, samples }: ShownCluster): number {
  const characters = keywords.join(", ").length + samples.reduce((sum, { text }) => sum + text.length + 30, 0);
  const media = samples.flatMap((sample) => sample.media).reduce((sum, { kind }) => sum + TOKENS_A_FILE[kind], 0);
  return TOKENS_A_CLUSTER + Math.ceil(characters / CHARACTERS_A_TOKEN) + media;
}

/** In order, each as full as it may be; a cluster that is too large by itself is alone, with the files that fit. */
export function batchesOf(clusters: ShownCluster[]): ShownCluster[][] {
  const batches: ShownCluster[][] = [];
  let [tokens, files] = [0, 0];
  for (const cluster of clusters.map(bounded)) {
    const [own, media] = [tokensOf(cluster), filesOf(cluster)];
    const last = batches.at(-1);
    const fits =
      last && last.length < REQUEST_CLUSTERS && tokens + own <= REQUEST_TOKENS && files + media <= REQUEST_MEDIA;
    if (fits) last.push(cluster);
    else batches.push([cluster]);
    [tokens, files] = fits ? [tokens + own, files + media] : [own, media];
  }
  return batches;
}

const filesOf = ({ samples }: ShownCluster): number => samples.reduce((sum, { media }) => sum + media.length, 0);

/** Samples come most typical first, so the files that are left out are of the least typical. */
function bounded(cluster: ShownCluster): ShownCluster {
  if (filesOf(cluster) <= REQUEST_MEDIA) return cluster;
  let left = REQUEST_MEDIA;
  const samples = cluster.samples.map((sample) => {
    const media = sample.media.slice(0, left);
    left -= media.length;
    return { ...sample, media };
  });
  return { ...cluster, samples };
}

/** Requests that naming so many clusters is expected to take, when each shows so many characters. */
export function expectedRequests(clusters: number, samples: number, textLength: number): number {
  const own = TOKENS_A_CLUSTER + Math.ceil((samples * (textLength + 30)) / CHARACTERS_A_TOKEN);
  const together = Math.max(1, Math.min(REQUEST_CLUSTERS, Math.floor(REQUEST_TOKENS / own)));
  return Math.ceil(clusters / together);
}
