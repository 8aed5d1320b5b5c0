from reference import measure, need, request

(cluster,) = need("sklearn.cluster")
rows, params, repeats = request()
measure(
    lambda: cluster.OPTICS(min_samples=params["minSamples"], min_cluster_size=params["minClusterSize"]).fit(rows),
    lambda model: {"clusters": int(model.labels_.max() + 1), "noise": int((model.labels_ < 0).sum())},
    repeats,
)
