from reference import measure, need, request

np, cluster = need("numpy", "sklearn.cluster")
rows, params, repeats = request()


def figures(labels):
    sizes = np.bincount(labels)
    return {"clusters": int((sizes > 0).sum()), "largest": int(sizes.max())}


measure(
    lambda: cluster.SpectralClustering(
        params["clusters"],
        affinity="nearest_neighbors",
        n_neighbors=params["neighbors"],
        random_state=0,
    ).fit_predict(rows),
    figures,
    repeats,
)
