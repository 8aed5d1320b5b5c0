from reference import measure, need, request

(decomposition,) = need("sklearn.decomposition")
rows, params, repeats = request()
model = decomposition.PCA(params["components"], random_state=0)
measure(
    lambda: model.fit_transform(rows),
    lambda _: {"explained": float(model.explained_variance_ratio_.sum())},
    repeats,
)
