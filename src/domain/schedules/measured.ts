/** What a condition may speak of. Null where it was not, or cannot be, measured. */
export const MEASURED = [
  "embedding_drift",
  "cosine_drift",
  "mean_shift",
  "share_drift",
  "spread_drift",
  "population_stability_index",
  "documents",
  "documents_added",
  "added_share",
  "silhouette",
  "noise_fraction",
  "num_clusters",
] as const;
export type MeasuredName = (typeof MEASURED)[number];
export type Measured = Record<MeasuredName, number | null>;

/** Names that need a sample of the vectors. */
export const NEED_SAMPLE: readonly MeasuredName[] = MEASURED.slice(0, 6);
