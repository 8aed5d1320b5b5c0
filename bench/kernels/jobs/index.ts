/** Every job by name; `bench/kernels/*.mjs` say which data and which reference it meets. */
import { agglomerative } from "./agglomerative";
import { dbscan } from "./dbscan";
import { gaussianMixture } from "./gaussian-mixture";
import { hdbscan } from "./hdbscan";
import type { Job } from "./job";
import { kmeans } from "./kmeans";
import { leiden } from "./leiden";
import { lsa } from "./lsa";
import { meanShift } from "./mean-shift";
import { neighbors } from "./neighbors";
import { optics } from "./optics";
import { pca } from "./pca";
import { silhouette } from "./silhouette";
import { spectral } from "./spectral";
import { tsne } from "./tsne";
import { umap } from "./umap";

export const JOBS: Record<string, Job> = {
  agglomerative,
  dbscan,
  gaussian_mixture: gaussianMixture,
  hdbscan,
  kmeans,
  leiden,
  lsa,
  mean_shift: meanShift,
  neighbors,
  optics,
  pca,
  silhouette,
  spectral,
  tsne,
  umap,
};
