from reference import measure, need, request

(manifold,) = need("sklearn.manifold")
rows, params, repeats = request()
measure(
    lambda: manifold.TSNE(
        params["components"], perplexity=params["perplexity"], init="pca", learning_rate="auto", random_state=0, n_jobs=1
    ).fit(rows),
    lambda model: {"divergence": float(model.kl_divergence_)},
    repeats,
)
