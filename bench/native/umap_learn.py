import numpy as np
from reference import measure, need, request

(umap,) = need("umap")
rows, params, repeats = request()
NEAREST, SAMPLE = 15, 200


def model(**more):
    return umap.UMAP(n_neighbors=params["neighbors"], n_components=params["components"], min_dist=0.0, n_jobs=1, **more)


def nearest(points, i, count):
    squared = ((points[i] - points) ** 2).sum(1)
    squared[i] = np.inf
    return np.argsort(squared, kind="stable")[:count]


def kept(fitted):
    """Share of the 15 nearest of a row in the layout that are among its neighbours in the data, over rows at equal intervals."""
    step = max(1, len(rows) // SAMPLE)
    share = sum(
        len(np.intersect1d(nearest(fitted.embedding_, i, NEAREST), nearest(rows, i, params["neighbors"] - 1)))
        for i in range(0, SAMPLE * step, step)
    )
    return {"kept": share / (SAMPLE * NEAREST)}


# Few epochs of most rows compile everything, the approximate neighbours of larger data included.
measure(lambda: model().fit(rows), kept, repeats, warm=lambda: model(n_epochs=11).fit(rows[:5000]))
