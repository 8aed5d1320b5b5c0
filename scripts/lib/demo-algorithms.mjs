/**
 * What the demo asks of each algorithm on the digits. Those that look for dense regions are given a UMAP of the pixels first, as one
 * would in earnest: in 64 dimensions every digit is about as far from the next as from the others.
 */
const umap = (n_components) => [
  { method: "umap", n_components, n_neighbors: 15, metric: "euclidean", random_state: 42 },
];

export const DEMO_ALGORITHMS = {
  kmeans: { algorithm_params: { n_clusters: 10, n_init: 10, random_state: 42 } },
  dbscan: { algorithm_params: { eps: 0.5, min_samples: 10 }, preprocessing_steps: umap(5) },
  hdbscan: { algorithm_params: { min_cluster_size: 40, min_samples: 10 }, preprocessing_steps: umap(5) },
  optics: {
    algorithm_params: { min_samples: 10, xi: 0.05, min_cluster_size: 60 },
    preprocessing_steps: umap(5),
  },
  agglomerative: { algorithm_params: { n_clusters: 10, linkage: "ward" } },
  spectral: { algorithm_params: { n_clusters: 10, affinity: "nearest_neighbors", n_neighbors: 10, random_state: 42 } },
  gaussian_mixture: {
    algorithm_params: { n_components: 10, covariance_type: "full", n_init: 3, reg_covar: 0.001, random_state: 42 },
    preprocessing_steps: [{ method: "pca", n_components: 20 }],
  },
  mean_shift: { algorithm_params: { bandwidth: 1.5, bin_seeding: true }, preprocessing_steps: umap(2) },
  leiden: { algorithm_params: { resolution: 1, n_neighbors: 15, metric: "euclidean", random_state: 42 } },
  auto: { algorithm_params: {} },
};
