/** Every job by name; `bench/kernels/*.mjs` say which data and which reference it meets. */
import { agglomerative } from "./agglomerative";
import { dbscan } from "./dbscan";
import { hdbscan } from "./hdbscan";
import type { Job } from "./job";
import { kmeans } from "./kmeans";
import { leiden } from "./leiden";
import { neighbors } from "./neighbors";
import { pca } from "./pca";
import { silhouette } from "./silhouette";
import { tsne } from "./tsne";
import { umap } from "./umap";

export const JOBS: Record<string, Job> = {
  agglomerative,
  dbscan,
  hdbscan,
  kmeans,
  leiden,
  neighbors,
  pca,
  silhouette,
  tsne,
  umap,
};
