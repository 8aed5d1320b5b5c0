from reference import measure, need, request

(cluster,) = need("sklearn.cluster")
rows, params, repeats = request()
measure(
    lambda: cluster.KMeans(params["clusters"], n_init=params["restarts"], random_state=0, algorithm="lloyd").fit(rows),
    lambda model: {"inertia": float(model.inertia_)},
    repeats,
)
