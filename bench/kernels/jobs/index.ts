/** Every job by name; `bench/kernels/*.mjs` say which data and which reference it meets. */
import type { Job } from "./job";
import { kmeans } from "./kmeans";
import { pca } from "./pca";
import { umap } from "./umap";

export const JOBS: Record<string, Job> = { kmeans, pca, umap };
