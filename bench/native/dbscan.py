from reference import measure, need, request

(cluster,) = need("sklearn.cluster")
rows, params, repeats = request()
measure(
    lambda: cluster.DBSCAN(eps=params["eps"], min_samples=5).fit(rows),
    lambda model: {"clusters": int(model.labels_.max() + 1), "noise": int((model.labels_ < 0).sum())},
    repeats,
)
