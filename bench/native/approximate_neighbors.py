"""Approximate lists of all rows, with the recall of a sample; compiled before it is timed."""
from reference import measure, need, request

pynndescent, np = need("pynndescent", "numpy")
rows, params, repeats = request()
k = params["k"]


def lists(data):
    # Its lists begin with the row itself.
    index = pynndescent.NNDescent(data, n_neighbors=k + 1, metric=params["metric"], n_jobs=1, random_state=1)
    return index.neighbor_graph[0]


def recall(found):
    data = rows.astype(np.float64)
    if params["metric"] == "cosine":
        data /= np.linalg.norm(data, axis=1, keepdims=True)
    drawn = np.random.RandomState(0).choice(len(data), 300, replace=False)
    squared = (data**2).sum(1)[None] - 2 * data[drawn] @ data.T
    squared[np.arange(len(drawn)), drawn] = np.inf
    true = np.argpartition(squared, k, axis=1)[:, :k]
    return {"recall": float(np.mean([len(set(near) & set(found[row])) / k for row, near in zip(drawn, true)]))}


measure(lambda: lists(rows), recall, repeats, warm=lambda: lists(rows[:3000]))
