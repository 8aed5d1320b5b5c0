"""Any estimator of scikit-learn by its name and arguments: what a whole run over HTTP is compared with."""
from reference import measure, need, request

cluster, mixture = need("sklearn.cluster", "sklearn.mixture")
rows, params, repeats = request()
estimators = {
    "kmeans": cluster.KMeans,
    "agglomerative": cluster.AgglomerativeClustering,
    "gaussian_mixture": mixture.GaussianMixture,
    "optics": cluster.OPTICS,
    "spectral": cluster.SpectralClustering,
}
model = estimators[params["algorithm"]](**params["arguments"])
measure(lambda: model.fit_predict(rows), lambda labels: {"clusters": int(labels.max() + 1)}, repeats)
