from reference import measure, need, request

(cluster,) = need("sklearn.cluster")
rows, params, repeats = request()
model = cluster.AgglomerativeClustering(params["clusters"], linkage=params["linkage"], compute_distances=True)
measure(lambda: model.fit(rows), lambda fit: {"highest": float(fit.distances_.max())}, repeats)
