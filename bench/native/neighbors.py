"""The exact lists of all rows by brute force."""
from reference import measure, need, request

(neighbors,) = need("sklearn.neighbors")
rows, params, repeats = request()


def work():
    search = neighbors.NearestNeighbors(n_neighbors=params["k"], metric=params["metric"], algorithm="brute", n_jobs=1)
    return search.fit(rows).kneighbors(return_distance=False)


measure(work, lambda lists: {"rows": len(lists)}, repeats)
