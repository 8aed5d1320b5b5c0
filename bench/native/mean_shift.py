from reference import measure, need, request

(cluster,) = need("sklearn.cluster")
rows, params, repeats = request()
measure(
    lambda: cluster.MeanShift(bandwidth=params["bandwidth"], bin_seeding=params["binSeeding"]).fit(rows),
    lambda model: {"modes": len(model.cluster_centers_), "moves": int(model.n_iter_)},
    repeats,
)
