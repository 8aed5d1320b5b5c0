from reference import measure, need, request

(mixture,) = need("sklearn.mixture")
rows, params, repeats = request()
rows = rows.astype("float64")
measure(
    lambda: mixture.GaussianMixture(
        params["components"], covariance_type=params["covarianceType"], random_state=42
    ).fit(rows),
    lambda model: {"logLikelihood": float(model.score(rows)), "iterations": int(model.n_iter_)},
    repeats,
)
