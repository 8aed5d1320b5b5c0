/** See demo-algorithms.mjs. */
type Name =
  | "kmeans"
  | "dbscan"
  | "hdbscan"
  | "optics"
  | "agglomerative"
  | "spectral"
  | "gaussian_mixture"
  | "mean_shift"
  | "leiden"
  | "auto";
export const DEMO_ALGORITHMS: Record<
  Name,
  { algorithm_params: Record<string, unknown>; preprocessing_steps?: Record<string, unknown>[] }
>;
