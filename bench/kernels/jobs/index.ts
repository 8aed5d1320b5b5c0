/** Every job by name; `bench/kernels/*.mjs` say which data and which reference it meets. */

import { dbscan } from "./dbscan";
import { hdbscan } from "./hdbscan";
import type { Job } from "./job";
import { kmeans } from "./kmeans";
import { neighbors } from "./neighbors";
import { pca } from "./pca";
import { umap } from "./umap";

export const JOBS: Record<string, Job> = { dbscan, hdbscan, kmeans, neighbors, pca, umap };
