from reference import measure, need, request

(metrics,) = need("sklearn.metrics")
rows, params, repeats = request()
# The labels of the job beside it: a pass over the rows' numbers, no clustering.
labels = [i % params["clusters"] for i in range(len(rows))]
measure(
    lambda: metrics.silhouette_score(rows, labels, metric=params["metric"]),
    lambda score: {"score": float(score)},
    repeats,
)
